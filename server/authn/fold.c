/* Normalisation by utf8proc in a buffer of fixed size. Trusts: nothing it is given; checks UTF-8 and length first. */
#include "authn/fold.h"
#include "base/secret.h"
#include "base/text.h"
#include <utf8proc.h>

enum { POINT_BYTES = 4 };

static const utf8proc_option_t width = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
static const utf8proc_option_t fold_case =
    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;

/* The library writes past no size that it is told, and orders accents only in what fits. */
static RESULT fold(struct str text, utf8proc_option_t options, struct authn_fold *ret_fold)
{
  if (text.n > AUTHN_FOLD_POINTS * POINT_BYTES)
    return R_TOO_LARGE;
  if (!text_utf8_valid(text))
    return R_MALFORMED;
  const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.p;
  utf8proc_ssize_t points =
      utf8proc_decompose(bytes, (utf8proc_ssize_t)text.n, ret_fold->points, AUTHN_FOLD_POINTS, options);
  if (points < 0)
    return R_MALFORMED;
  if (points > AUTHN_FOLD_POINTS)
    return R_TOO_LARGE;
  utf8proc_ssize_t n = utf8proc_reencode(ret_fold->points, points, options);
  if (n < 0)
    return R_MALFORMED;
  ret_fold->text = (struct str){(const char *)ret_fold->points, (size_t)n};
  return R_OK;
}

RESULT authn_fold_width(struct str text, struct authn_fold *ret_fold) { return fold(text, width, ret_fold); }

/* Width first: canonically equal texts are then one before case, whose folding turns some accents into letters. */
RESULT authn_fold_case(struct str text, struct authn_fold *ret_fold)
{
  char wide[AUTHN_FOLD_POINTS * POINT_BYTES];
  TRY(fold(text, width, ret_fold));
  struct str copy = {wide, ret_fold->text.n};
  memcpy(wide, ret_fold->text.p, copy.n);
  enum result r = fold(copy, fold_case, ret_fold);
  secret_wipe(wide, sizeof wide);
  return r;
}
