/* A fixed layout of 53 bytes, sealed and written as text of one length: what differs in anything is refused.
   Trusts: nothing of a token before its seal is opened, and then only values that are in range. */
#include "authn/pending.h"
#include "base/text.h"
#include "crypto/seal.h"
#include <assert.h>

enum { UUID = 16, PLAIN = 2 * UUID + 4 + 8 + 8 + 1, SEALED = PLAIN + CRYPTO_SEAL_EXTRA };

static const struct str prefix = {"bw1_", 4};

enum { TEXT = 4 + TEXT_BASE64URL_LENGTH(SEALED) };

static unsigned char *put_number(unsigned char *p, uint64_t number, size_t n)
{
  for (size_t i = 0; i < n; i++)
    p[i] = (unsigned char)(number >> 8 * (n - 1 - i));
  return p + n;
}

static uint64_t take_number(const unsigned char **p, size_t n)
{
  uint64_t number = 0;
  for (size_t i = 0; i < n; i++)
    number = number << 8 | *(*p)++;
  return number;
}

/* A token of one step does not unseal for another. */
static struct crypto_binding binding_of(const struct crypto_keys *keys, enum authn_step step)
{
  static const struct str contexts[] = {[AUTHN_STEP_FACTOR] = {"", 0}, [AUTHN_STEP_ENROLL] = {"enroll", 6},
                                        [AUTHN_STEP_PASSWORD] = {"password", 8},
                                        [AUTHN_STEP_PASSWORD_PROVED] = {"password proved", 15}};
  return (struct crypto_binding){keys, CRYPTO_PENDING_TOKEN, contexts[step]};
}

static bool in_range(const struct authn_pending *t)
{
  return !uuid_is_zero(&t->principal) && t->audience >= AUTHN_SERVICE && t->audience <= AUTHN_ANALYTICS &&
         t->issued_at < t->expires_at;
}

static void encode(const struct authn_pending *t, unsigned char ret_plain[PLAIN])
{
  memcpy(ret_plain, t->principal.b, UUID);
  memcpy(ret_plain + UUID, t->session.b, UUID);
  unsigned char *p = put_number(ret_plain + 2 * UUID, t->epoch, 4);
  p = put_number(p, (uint64_t)t->issued_at, 8);
  p = put_number(p, (uint64_t)t->expires_at, 8);
  put_number(p, t->audience, 1);
}

static struct authn_pending decode(const unsigned char plain[PLAIN])
{
  struct authn_pending t = {0};
  memcpy(t.principal.b, plain, UUID);
  memcpy(t.session.b, plain + UUID, UUID);
  const unsigned char *p = plain + 2 * UUID;
  t.epoch = (uint32_t)take_number(&p, 4);
  t.issued_at = (int64_t)take_number(&p, 8);
  t.expires_at = (int64_t)take_number(&p, 8);
  t.audience = (enum authn_audience)take_number(&p, 1);
  return t;
}

RESULT authn_pending_seal(const struct crypto_keys *keys, const struct authn_pending *pending, struct arena *arena,
                          struct str *ret_text)
{
  assert(in_range(pending) && pending->step >= AUTHN_STEP_FACTOR && pending->step <= AUTHN_STEP_PASSWORD_PROVED);
  unsigned char plain[PLAIN];
  struct str sealed;
  const struct crypto_binding binding = binding_of(keys, pending->step);
  encode(pending, plain);
  TRY(crypto_seal(&binding, (struct str){(const char *)plain, PLAIN}, arena, &sealed));
  char *text = arena_alloc(arena, TEXT + 1);
  if (!text)
    return R_NO_MEMORY;
  memcpy(text, prefix.p, prefix.n);
  text_base64url_encode((const unsigned char *)sealed.p, sealed.n, text + prefix.n);
  *ret_text = (struct str){text, TEXT};
  return R_OK;
}

RESULT authn_pending_open(const struct crypto_keys *keys, enum authn_step step, struct str text, int64_t now,
                          struct authn_pending *ret_pending)
{
  unsigned char sealed[SEALED], plain[PLAIN];
  size_t n = 0;
  const struct crypto_binding binding = binding_of(keys, step);
  if (text.n != TEXT || !str_starts(text, prefix))
    return R_UNAUTHENTICATED;
  struct str body = {text.p + prefix.n, text.n - prefix.n};
  if (!text_base64url_decode(body, sizeof sealed, sealed, &n) || n != SEALED ||
      crypto_unseal_into(&binding, (struct str){(const char *)sealed, n}, plain) != R_OK)
    return R_UNAUTHENTICATED;
  struct authn_pending pending = decode(plain);
  pending.step = step;
  if (!in_range(&pending) || now >= pending.expires_at || pending.issued_at > now + AUTHN_SKEW)
    return R_UNAUTHENTICATED;
  *ret_pending = pending;
  return R_OK;
}
