/* Makes, reads and hashes recovery codes. Trusts: nothing of what was typed. */
#include "authn/recovery.h"
#include "crypto/digest.h"

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const struct crypto_cost cost = {.memory = 8192, .passes = 1, .lanes = 1};

enum { GROUP = 4 };

/* Puts the n-th digit where it stands between the hyphens. */
static void put(char *text, size_t n, char digit) { text[n + n / GROUP] = digit; }

static void hyphenate(char text[AUTHN_RECOVERY_TEXT])
{
  for (size_t i = GROUP; i < AUTHN_RECOVERY_TEXT - 1; i += GROUP + 1)
    text[i] = '-';
  text[AUTHN_RECOVERY_TEXT - 1] = '\0';
}

RESULT authn_recovery_new(char ret_text[AUTHN_RECOVERY_TEXT])
{
  unsigned char bytes[AUTHN_RECOVERY_DIGITS];
  TRY(crypto_random(bytes, sizeof bytes));
  for (size_t i = 0; i < sizeof bytes; i++)
    put(ret_text, i, digits[bytes[i] & 31]);
  hyphenate(ret_text);
  secret_wipe(bytes, sizeof bytes);
  return R_OK;
}

/* The digit that a typed character stands for, or NUL. */
static char digit_of(char c)
{
  if (c >= 'a' && c <= 'z')
    c = (char)(c - 'a' + 'A');
  if (c == 'O')
    c = '0';
  if (c == 'I' || c == 'L')
    c = '1';
  return c && strchr(digits, c) ? c : '\0';
}

bool authn_recovery_parse(struct str typed, char ret_text[AUTHN_RECOVERY_TEXT])
{
  char text[AUTHN_RECOVERY_TEXT];
  size_t n = 0;
  bool good = true;
  for (size_t i = 0; good && i < typed.n; i++) {
    char digit = digit_of(typed.p[i]);
    if (typed.p[i] == '-' || typed.p[i] == ' ')
      continue;
    good = digit && n < AUTHN_RECOVERY_DIGITS;
    if (good)
      put(text, n++, digit);
  }
  good = good && n == AUTHN_RECOVERY_DIGITS;
  hyphenate(text);
  if (good)
    memcpy(ret_text, text, sizeof text);
  secret_wipe(text, sizeof text);
  return good;
}

RESULT authn_recovery_hash(const struct crypto_keys *keys, const char text[AUTHN_RECOVERY_TEXT],
                           char ret_hash[CRYPTO_HASH_TEXT])
{
  return crypto_hash_make(keys, cost, str_of(text), ret_hash);
}

RESULT authn_recovery_check(const struct crypto_keys *keys, struct str hash, const char text[AUTHN_RECOVERY_TEXT])
{
  enum result r = crypto_hash_check(keys, hash, str_of(text));
  return r == R_LOGIN_FAILED ? R_CODE_WRONG : r;
}
