/* Text in the one form in which it is compared: NFKC, with or without case (UAX #15, Unicode 5.0 section 3.13). */
#pragma once
#include "base/result.h"
#include "base/str.h"
#include <stdint.h>

/* A text of 256 characters, each of up to 4 code points when taken apart: more is refused before it costs anything. */
enum { AUTHN_FOLD_POINTS = 1024 };

/* `text` stands in `points`: do not copy the struct, and wipe it whole where the text is a secret. */
struct authn_fold {
  int32_t points[AUTHN_FOLD_POINTS + 1];
  struct str text;
};

/* NFKC. R_MALFORMED when it is not UTF-8, R_TOO_LARGE over AUTHN_FOLD_POINTS. */
RESULT authn_fold_width(struct str text, struct authn_fold *ret_fold);

/* NFKC, then without case and what cannot be seen; to fold the outcome again changes nothing. */
RESULT authn_fold_case(struct str text, struct authn_fold *ret_fold);
