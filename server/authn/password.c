/* The rules for new passwords, and NFKC for all. Trusts: nothing of the password; wipes each copy that it makes. */
#include "authn/password.h"
#include "authn/blocklist.h"
#include "authn/fold.h"
#include "base/arena.h"
#include "base/text.h"

static void fold_wipe(struct authn_fold *fold) { secret_wipe(fold, sizeof *fold); }

/* NFKC of what may be a password at all, with its length in code points. */
static RESULT fold_password(struct str password, struct authn_fold *ret_fold, size_t *ret_count)
{
  if (password.n && memchr(password.p, '\0', password.n))
    return R_MALFORMED;
  enum result r = authn_fold_width(password, ret_fold);
  if (r != R_OK)
    return r == R_TOO_LARGE ? R_PASSWORD_TOO_LONG : r;
  size_t count = text_utf8_count(ret_fold->text);
  if (count > AUTHN_PASSWORD_MOST)
    return R_PASSWORD_TOO_LONG;
  *ret_count = count;
  return R_OK;
}

/* A word that cannot be folded is no password either. */
static bool same_word(struct str folded, struct str word)
{
  struct authn_fold other CLEANUP(fold_wipe);
  return authn_fold_case(word, &other) == R_OK && str_equal(folded, other.text);
}

static bool common(struct str folded, const struct str *context_words, size_t count)
{
  bool found = authn_blocklist_has(folded) || same_word(folded, STR("bailiwick"));
  for (size_t i = 0; i < count && !found; i++)
    found = same_word(folded, context_words[i]);
  return found;
}

RESULT authn_password_check_rules(struct str password, bool second_factor, const struct str *context_words,
                                  size_t count)
{
  struct authn_fold wide CLEANUP(fold_wipe), folded CLEANUP(fold_wipe);
  size_t length = 0, least = second_factor ? AUTHN_PASSWORD_LEAST_WITH_FACTOR : AUTHN_PASSWORD_LEAST;
  TRY(fold_password(password, &wide, &length));
  if (length < least)
    return R_PASSWORD_TOO_SHORT;
  TRY(authn_fold_case(wide.text, &folded));
  return common(folded.text, context_words, count) ? R_PASSWORD_COMMON : R_OK;
}

RESULT authn_password_prepare(struct str password, struct secret *ret_password)
{
  struct authn_fold wide CLEANUP(fold_wipe);
  size_t length = 0;
  TRY(fold_password(password, &wide, &length));
  if (length == 0)
    return R_MALFORMED;
  struct secret prepared = secret_copy(wide.text.p, wide.text.n);
  if (!prepared.p)
    return R_NO_MEMORY;
  *ret_password = prepared;
  return R_OK;
}
