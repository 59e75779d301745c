/* How many guesses a password takes, as zxcvbn counts them. */
#pragma once
#include "base/str.h"

enum { AUTHN_STRENGTH_WORDS = 96 };

/* 0 to 4: under 10^3, 10^6, 10^8, 10^10 guesses, or more. The words are guessed first; each is NUL-terminated and
   without case, as is the password; those after AUTHN_STRENGTH_WORDS do not count. */
int authn_strength(const char *password, const struct str *words, size_t count);
