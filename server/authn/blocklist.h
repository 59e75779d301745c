/* Passwords that are guessed first: a list that ships with the service. */
#pragma once
#include "base/str.h"

/* The whole word, case-folded as authn_fold_case does it, is on the list. */
bool authn_blocklist_has(struct str word);

/* All of it: lines of one word each, sorted by byte. */
struct str authn_blocklist_words(void);
