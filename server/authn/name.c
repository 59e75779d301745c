/* The key of a login name: two names that people read as one give one key. Trusts: nothing of the name. */
#include "authn/name.h"
#include "authn/fold.h"
#include "base/text.h"
#include <utf8proc.h>

/* Categories that no login name contains: what has no looks, no meaning yet, or parts words. */
static bool category_refused(utf8proc_category_t category)
{
  static const utf8proc_category_t refused[] = {
      UTF8PROC_CATEGORY_CN, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF, UTF8PROC_CATEGORY_CS,
      UTF8PROC_CATEGORY_CO, UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP,
  };
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    if (category == refused[i])
      return true;
  return false;
}

static bool characters_good(struct str text)
{
  while (text.n > 0) {
    utf8proc_int32_t point;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &point);
    if (n <= 0 || category_refused(utf8proc_category(point)))
      return false;
    text = (struct str){text.p + n, text.n - (size_t)n};
  }
  return true;
}

RESULT authn_name_fold(struct str name, struct arena *arena, struct str *ret_key)
{
  struct authn_fold key;
  if (authn_fold_case(name, &key) != R_OK)
    return R_MALFORMED;
  struct str trimmed = str_trim(key.text);
  if (trimmed.n == 0)
    return R_MALFORMED;
  struct str copy = arena_copy(arena, trimmed);
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_key = copy;
  return R_OK;
}

/* Checked before folding too, which would take a soft hyphen away unseen. */
RESULT authn_name_normalise(struct str login, struct arena *arena, struct str *ret_key)
{
  struct authn_fold wide, key;
  if (authn_fold_width(login, &wide) != R_OK)
    return R_MALFORMED;
  struct str name = str_trim(wide.text);
  if (!characters_good(name) || authn_fold_case(name, &key) != R_OK)
    return R_MALFORMED;
  size_t count = text_utf8_count(key.text);
  if (count < 1 || count > AUTHN_NAME_MOST || !characters_good(key.text))
    return R_MALFORMED;
  struct str copy = arena_copy(arena, key.text);
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_key = copy;
  return R_OK;
}
