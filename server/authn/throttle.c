/* Counting attempts by an HMAC of whom they concern. Trusts: no name. */
#include "authn/throttle.h"
#include "base/buf.h"
#include "base/clock.h"
#include <arpa/inet.h>

static const int64_t window = AUTHN_THROTTLE_MINUTES * 60 * CLOCK_SECOND, hour = 3600;

enum { NAME_MOST = 2048, STREAK_MOST = 100, PREFIX = 8 /* bytes of a /64 */ };

RESULT authn_throttle_on(const struct crypto_keys *keys, enum authn_throttle_kind kind, struct str name,
                         struct authn_throttle *ret_throttle)
{
  char text[NAME_MOST + 1];
  if (name.n > NAME_MOST)
    return R_TOO_LARGE;
  text[0] = (char)kind;
  if (name.n)
    memcpy(text + 1, name.p, name.n);
  TRY(crypto_hmac(keys, CRYPTO_THROTTLE, (struct str){text, name.n + 1}, ret_throttle->subject));
  ret_throttle->streak_most = kind == AUTHN_THROTTLE_PASSWORD ? STREAK_MOST : 0;
  return R_OK;
}

RESULT authn_throttle_on_id(const struct crypto_keys *keys, enum authn_throttle_kind kind, const struct uuid *id,
                            struct authn_throttle *ret_throttle)
{
  return authn_throttle_on(keys, kind, (struct str){(const char *)id->b, sizeof id->b}, ret_throttle);
}

void authn_throttle_place(struct str address, char ret_place[AUTHN_THROTTLE_PLACE_TEXT])
{
  unsigned char bytes[sizeof(struct in6_addr)];
  char text[INET6_ADDRSTRLEN] = "";
  size_t n = address.n < sizeof text ? address.n : sizeof text - 1;
  if (n)
    memcpy(text, address.p, n);
  memcpy(ret_place, text, sizeof text);
  if (inet_pton(AF_INET6, text, bytes) != 1)
    return;
  memset(bytes + PREFIX, 0, sizeof bytes - PREFIX);
  if (!inet_ntop(AF_INET6, bytes, ret_place, INET6_ADDRSTRLEN))
    ret_place[0] = '\0';
}

static struct str subject_of(const struct authn_throttle *throttle)
{
  return (struct str){(const char *)throttle->subject, sizeof throttle->subject};
}

RESULT authn_throttle_take(const struct authn_throttle *throttle, const struct store_call *call, int64_t limit, int64_t now,
                           int64_t *ret_retry_after)
{
  struct store_throttle counter;
  TRY(store_throttle_take(call, subject_of(throttle), now, now - window, &counter));
  bool ended = throttle->streak_most > 0 && counter.streak > throttle->streak_most;
  if (counter.count <= limit && !ended)
    return R_OK;
  int64_t wait = ended ? hour : (counter.since + window - now) / CLOCK_SECOND;
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
