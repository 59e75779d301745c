/* Codes by liboath, which keeps no state and takes any length and any seed: those are checked here first.
   Trusts: nothing of the code. */
#include "authn/totp.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include <liboath/oath.h>

enum { SEED_LEAST = 20, URI_MOST = 4096 };

static const struct {
  struct str name;
  size_t seed; /* bytes */
  int flag;    /* of liboath */
} algorithms[AUTHN_TOTP__ALGORITHMS] = {
    [AUTHN_TOTP_SHA1] = {{"SHA1", 4}, 20, 0},
    [AUTHN_TOTP_SHA256] = {{"SHA256", 6}, 32, OATH_TOTP_HMAC_SHA256},
    [AUTHN_TOTP_SHA512] = {{"SHA512", 6}, 64, OATH_TOTP_HMAC_SHA512},
};

struct str authn_totp_algorithm_name(enum authn_totp_algorithm algorithm) { return algorithms[algorithm].name; }

bool authn_totp_algorithm_named(struct str name, enum authn_totp_algorithm *ret_algorithm)
{
  for (int a = 1; a < AUTHN_TOTP__ALGORITHMS; a++)
    if (str_equal(name, algorithms[a].name)) {
      *ret_algorithm = (enum authn_totp_algorithm)a;
      return true;
    }
  return false;
}

RESULT authn_totp_seed_new(enum authn_totp_algorithm algorithm, struct secret *ret_seed)
{
  unsigned char bytes[AUTHN_TOTP_SEED_MOST];
  size_t n = algorithms[algorithm].seed;
  TRY(crypto_random(bytes, n));
  struct secret seed = secret_copy(bytes, n);
  secret_wipe(bytes, sizeof bytes);
  if (!seed.p)
    return R_NO_MEMORY;
  *ret_seed = seed;
  return R_OK;
}

static bool sound(const struct authn_totp *totp)
{
  return totp->form.algorithm >= AUTHN_TOTP_SHA1 && totp->form.algorithm < AUTHN_TOTP__ALGORITHMS &&
         (totp->form.digits == AUTHN_TOTP_DIGITS || totp->form.digits == AUTHN_TOTP_DIGITS_MOST) && totp->seed.p &&
         totp->seed.n >= SEED_LEAST && totp->seed.n <= AUTHN_TOTP_SEED_MOST;
}

static bool all_digits(struct str code, int count)
{
  bool digits = code.n == (size_t)count;
  for (size_t i = 0; digits && i < code.n; i++)
    digits = code.p[i] >= '0' && code.p[i] <= '9';
  return digits;
}

/* oath_totp_validate4 and its kin compare with strcmp, whose time tells where the codes part. */
static RESULT code_matches(const struct authn_totp *totp, int64_t step, struct secret given, bool *ret_same)
{
  char right[AUTHN_TOTP_DIGITS_MOST + 1];
  int made = oath_totp_generate2((const char *)totp->seed.p, totp->seed.n, (time_t)(step * AUTHN_TOTP_SECONDS),
                                 AUTHN_TOTP_SECONDS, 0, (unsigned)totp->form.digits,
                                 algorithms[totp->form.algorithm].flag, right);
  if (made != OATH_OK)
    return FAULT(R_INTERNAL);
  *ret_same = secret_equal(given, (struct secret){(unsigned char *)right, (size_t)totp->form.digits});
  secret_wipe(right, sizeof right);
  return R_OK;
}

RESULT authn_totp_verify(const struct authn_totp *totp, struct str code, int64_t now, int64_t *ret_step)
{
  unsigned char given[AUTHN_TOTP_DIGITS_MOST];
  bool is_now = false, is_before = false;
  int64_t step = now / CLOCK_SECOND / AUTHN_TOTP_SECONDS;
  if (!sound(totp) || oath_init() != OATH_OK)
    return FAULT(R_INTERNAL);
  if (!all_digits(code, totp->form.digits) || step < 1)
    return R_CODE_WRONG;
  memcpy(given, code.p, code.n);
  TRY(code_matches(totp, step, (struct secret){given, code.n}, &is_now));
  TRY(code_matches(totp, step - 1, (struct secret){given, code.n}, &is_before));
  secret_wipe(given, sizeof given);
  int64_t matched = is_now ? step : step - 1;
  if ((!is_now && !is_before) || matched <= totp->last_step)
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

RESULT authn_totp_uri(const struct authn_totp *totp, struct str issuer, struct str account, struct arena *arena,
                      struct str *ret_uri)
{
  char secret[TEXT_BASE32_LENGTH(AUTHN_TOTP_SEED_MOST)];
  if (!sound(totp))
    return FAULT(R_INTERNAL);
  size_t n = text_base32_encode(totp->seed.p, totp->seed.n, secret);
  struct buf b = buf_in(arena, URI_MOST);
  buf_put(&b, STR("otpauth://totp/"));
  put_encoded(&b, issuer);
  buf_put_char(&b, ':');
  put_encoded(&b, account);
  buf_put(&b, STR("?secret="));
  buf_put(&b, (struct str){secret, n});
  buf_put(&b, STR("&issuer="));
  put_encoded(&b, issuer);
  buf_print(&b, "&algorithm=%s&digits=%d&period=%d", algorithms[totp->form.algorithm].name.p, totp->form.digits,
            AUTHN_TOTP_SECONDS);
  secret_wipe(secret, sizeof secret);
  struct str uri = buf_str(&b);
  if (!uri.p)
    return R_NO_MEMORY;
  *ret_uri = uri;
  return R_OK;
}
