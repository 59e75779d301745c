/* The rules for new passwords, and NFKC for all. Trusts: nothing of the password; wipes each copy that it makes. */
#include "authn/password.h"
#include "authn/blocklist.h"
#include "authn/fold.h"
#include "authn/strength.h"
#include "base/arena.h"
#include "base/text.h"
#include <utf8proc.h>

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

static void blame(struct authn_password_verdict *verdict, bool wrong, enum result reason)
{
  if (wrong)
    verdict->reasons[verdict->count++] = reason;
}

/* The words without case; one that cannot be folded is no password either, and is left out. */
static RESULT fold_words(const struct authn_password_rules *rules, struct arena *arena, struct str **ret_words)
{
  struct authn_fold fold;
  struct str *words = arena_array(arena, rules->word_count + 1, sizeof *words);
  if (!words)
    return R_NO_MEMORY;
  for (size_t i = 0; i < rules->word_count; i++)
    if (rules->words[i].p && authn_fold_case(rules->words[i], &fold) == R_OK) {
      words[i] = arena_copy(arena, fold.text);
      if (!words[i].p)
        return R_NO_MEMORY;
    }
  words[rules->word_count] = STR("bailiwick");
  *ret_words = words;
  return R_OK;
}

static bool is_word(struct str folded, const struct str *words, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (words[i].n > 0 && str_equal(folded, words[i]))
      return true;
  return false;
}

enum class { CLASS_LOWER = 1, CLASS_UPPER = 2, CLASS_DIGIT = 4, CLASS_OTHER = 8 };

static unsigned class_of(utf8proc_int32_t point)
{
  utf8proc_category_t category = utf8proc_category(point);
  if (category == UTF8PROC_CATEGORY_LL)
    return CLASS_LOWER;
  if (category == UTF8PROC_CATEGORY_LU)
    return CLASS_UPPER;
  return category == UTF8PROC_CATEGORY_ND ? CLASS_DIGIT : CLASS_OTHER;
}

static int classes_in(struct str text)
{
  unsigned seen = 0;
  while (text.n > 0) {
    utf8proc_int32_t point;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &point);
    if (n <= 0)
      break;
    seen |= class_of(point);
    text = (struct str){text.p + n, text.n - (size_t)n};
  }
  return __builtin_popcount(seen);
}

/* Of the password without case: lists and guesses know it so. */
static RESULT judge_folded(struct str wide, const struct authn_password_rules *rules, struct arena *arena,
                           struct authn_password_verdict *verdict)
{
  struct authn_fold folded CLEANUP(fold_wipe);
  char text[4 * AUTHN_FOLD_POINTS + 1];
  struct str *words;
  TRY(authn_fold_case(wide, &folded));
  TRY(fold_words(rules, arena, &words));
  memcpy(text, folded.text.p, folded.text.n);
  text[folded.text.n] = '\0';
  verdict->score = authn_strength(text, words, rules->word_count + 1);
  secret_wipe(text, sizeof text);
  blame(verdict, is_word(folded.text, words, rules->word_count + 1), R_PASSWORD_CONTEXT);
  blame(verdict, authn_blocklist_has(folded.text), R_PASSWORD_COMMON);
  return R_OK;
}

RESULT authn_password_judge(struct str password, const struct authn_password_rules *rules, struct arena *arena,
                            struct authn_password_verdict *ret_verdict)
{
  struct authn_fold wide CLEANUP(fold_wipe);
  struct authn_password_verdict verdict = {0};
  size_t length = 0;
  bool breached = false;
  enum result r = fold_password(password, &wide, &length);
  if (r == R_PASSWORD_TOO_LONG) {
    *ret_verdict = (struct authn_password_verdict){.reasons = {R_PASSWORD_TOO_LONG}, .count = 1};
    return R_OK;
  }
  TRY(r);
  blame(&verdict, length < rules->least, R_PASSWORD_TOO_SHORT);
  blame(&verdict, length > rules->most, R_PASSWORD_TOO_LONG);
  TRY(judge_folded(wide.text, rules, arena, &verdict));
  if (rules->breach)
    TRY(authn_breach_find(rules->breach, wide.text, &breached));
  blame(&verdict, breached, R_PASSWORD_BREACHED);
  blame(&verdict, verdict.score < rules->strength, R_PASSWORD_WEAK);
  blame(&verdict, classes_in(wide.text) < rules->classes, R_PASSWORD_CLASSES);
  *ret_verdict = verdict;
  return R_OK;
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
