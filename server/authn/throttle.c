/* Counting attempts by an HMAC of whom they concern. Trusts: no name. */
#include "authn/throttle.h"
#include "base/buf.h"
#include "base/clock.h"

static const int64_t window = AUTHN_THROTTLE_MINUTES * 60 * CLOCK_SECOND;

enum { NAME_MOST = 2048 };

RESULT authn_throttle_on(const struct crypto_keys *keys, enum authn_throttle_kind kind, struct str name,
                         struct authn_throttle *ret_throttle)
{
  char text[NAME_MOST + 1];
  if (name.n > NAME_MOST)
    return R_TOO_LARGE;
  text[0] = (char)kind;
  if (name.n)
    memcpy(text + 1, name.p, name.n);
  return crypto_hmac(keys, CRYPTO_THROTTLE, (struct str){text, name.n + 1}, ret_throttle->subject);
}

static struct str subject_of(const struct authn_throttle *throttle)
{
  return (struct str){(const char *)throttle->subject, sizeof throttle->subject};
}

RESULT authn_throttle_take(const struct authn_throttle *throttle, const struct store_call *call, int64_t limit, int64_t now,
                           int64_t *ret_retry_after)
{
  int64_t count, since;
  TRY(store_throttle_take(call, subject_of(throttle), now, now - window, &count, &since));
  if (count <= limit)
    return R_OK;
  int64_t wait = (since + window - now) / CLOCK_SECOND;
  *ret_retry_after = wait > 0 ? wait : 1;
  return R_THROTTLED;
}

RESULT authn_throttle_forget(const struct authn_throttle *throttle, struct store_tx *tx)
{
  return store_throttle_clear(tx, subject_of(throttle));
}

RESULT authn_throttle_return(const struct authn_throttle *throttle, struct store_tx *tx)
{
  return store_throttle_return(tx, subject_of(throttle));
}
