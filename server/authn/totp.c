/* Codes by liboath, which keeps no state and takes any length and any seed: those are checked here first.
   Trusts: nothing of the code. */
#include "authn/totp.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include <liboath/oath.h>

enum { SEED_MOST = 64, URI_MOST = 4096 };

RESULT authn_totp_seed_new(struct secret *ret_seed)
{
  unsigned char bytes[AUTHN_TOTP_SEED];
  TRY(crypto_random(bytes, sizeof bytes));
  struct secret seed = secret_copy(bytes, sizeof bytes);
  secret_wipe(bytes, sizeof bytes);
  if (!seed.p)
    return R_NO_MEMORY;
  *ret_seed = seed;
  return R_OK;
}

static bool six_digits(struct str code)
{
  bool digits = code.n == AUTHN_TOTP_DIGITS;
  for (size_t i = 0; digits && i < code.n; i++)
    digits = code.p[i] >= '0' && code.p[i] <= '9';
  return digits;
}

/* oath_totp_validate2 compares with strcmp, whose time tells where the codes part. */
static RESULT code_matches(struct secret seed, int64_t step, struct secret given, bool *ret_same)
{
  char right[AUTHN_TOTP_DIGITS + 1];
  int made = oath_totp_generate((const char *)seed.p, seed.n, (time_t)(step * AUTHN_TOTP_SECONDS), AUTHN_TOTP_SECONDS,
                                0, AUTHN_TOTP_DIGITS, right);
  if (made != OATH_OK)
    return R_INTERNAL;
  *ret_same = secret_equal(given, (struct secret){(unsigned char *)right, AUTHN_TOTP_DIGITS});
  secret_wipe(right, sizeof right);
  return R_OK;
}

RESULT authn_totp_verify(struct secret seed, struct str code, int64_t now, int64_t last_step, int64_t *ret_step)
{
  unsigned char given[AUTHN_TOTP_DIGITS];
  bool is_now = false, is_before = false;
  int64_t step = now / CLOCK_SECOND / AUTHN_TOTP_SECONDS;
  if (!seed.p || seed.n < AUTHN_TOTP_SEED || seed.n > SEED_MOST || oath_init() != OATH_OK)
    return R_INTERNAL;
  if (!six_digits(code) || step < 1)
    return R_CODE_WRONG;
  memcpy(given, code.p, sizeof given);
  TRY(code_matches(seed, step, (struct secret){given, sizeof given}, &is_now));
  TRY(code_matches(seed, step - 1, (struct secret){given, sizeof given}, &is_before));
  secret_wipe(given, sizeof given);
  int64_t matched = is_now ? step : step - 1;
  if ((!is_now && !is_before) || matched <= last_step)
    return R_CODE_WRONG;
  *ret_step = matched;
  return R_OK;
}

/* All but the unreserved characters of RFC 3986 section 2.3. */
static void put_encoded(struct buf *b, struct str text)
{
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (size_t i = 0; i < text.n; i++)
    if (memchr(plain, text.p[i], sizeof plain - 1))
      buf_put_char(b, text.p[i]);
    else
      buf_print(b, "%%%02X", (unsigned char)text.p[i]);
}

RESULT authn_totp_uri(struct str issuer, struct str account, struct secret seed, struct arena *arena,
                      struct str *ret_uri)
{
  char secret[TEXT_BASE32_LENGTH(SEED_MOST)];
  if (!seed.p || seed.n < AUTHN_TOTP_SEED || seed.n > SEED_MOST)
    return R_INTERNAL;
  size_t n = text_base32_encode(seed.p, seed.n, secret);
  struct buf b = buf_in(arena, URI_MOST);
  buf_put(&b, STR("otpauth://totp/"));
  put_encoded(&b, issuer);
  buf_put_char(&b, ':');
  put_encoded(&b, account);
  buf_put(&b, STR("?secret="));
  buf_put(&b, (struct str){secret, n});
  buf_put(&b, STR("&issuer="));
  put_encoded(&b, issuer);
  buf_print(&b, "&algorithm=SHA1&digits=%d&period=%d", AUTHN_TOTP_DIGITS, AUTHN_TOTP_SECONDS);
  secret_wipe(secret, sizeof secret);
  struct str uri = buf_str(&b);
  if (!uri.p)
    return R_NO_MEMORY;
  *ret_uri = uri;
  return R_OK;
}
