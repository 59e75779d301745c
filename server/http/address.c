/* Reads, compares and formats clients' addresses. Trusts: nothing; X-Forwarded-For only as far as the ranges say. */
#define _GNU_SOURCE /* memrchr */
#include "http/address.h"
#include <arpa/inet.h>

static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};

static bool is_v4(const struct http_address *a) { return memcmp(&a->in6, mapped, sizeof mapped) == 0; }

static struct http_address from_v4(const struct in_addr *in)
{
  struct http_address a;
  memcpy(&a.in6, mapped, sizeof mapped);
  memcpy((unsigned char *)&a.in6 + sizeof mapped, in, sizeof *in);
  return a;
}

bool http_address_parse(struct str text, struct http_address *ret_address)
{
  char copy[HTTP_ADDRESS_TEXT];
  struct in_addr in;
  struct http_address a;
  if (text.n == 0 || text.n >= sizeof copy || memchr(text.p, '\0', text.n))
    return false;
  memcpy(copy, text.p, text.n);
  copy[text.n] = '\0';
  if (inet_pton(AF_INET, copy, &in) == 1)
    a = from_v4(&in);
  else if (inet_pton(AF_INET6, copy, &a.in6) != 1)
    return false;
  *ret_address = a;
  return true;
}

bool http_address_of(const struct sockaddr *peer, struct http_address *ret_address)
{
  if (!peer)
    return false;
  if (peer->sa_family == AF_INET) {
    struct sockaddr_in in;
    memcpy(&in, peer, sizeof in);
    *ret_address = from_v4(&in.sin_addr);
    return true;
  }
  if (peer->sa_family != AF_INET6)
    return false;
  struct sockaddr_in6 in6;
  memcpy(&in6, peer, sizeof in6);
  ret_address->in6 = in6.sin6_addr;
  return true;
}

void http_address_format(const struct http_address *address, char ret_text[HTTP_ADDRESS_TEXT])
{
  const unsigned char *bytes = (const unsigned char *)&address->in6;
  bool v4 = is_v4(address);
  if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes + sizeof mapped : bytes, ret_text, HTTP_ADDRESS_TEXT))
    ret_text[0] = '\0';
}

bool http_address_range(struct str text, struct http_range *ret_range)
{
  struct http_range range;
  struct str bits = text;
  struct str base = str_cut(&bits, '/');
  if (!http_address_parse(base, &range.base))
    return false;
  unsigned shift = is_v4(&range.base) ? 96 : 0;
  unsigned long long number = 128 - shift;
  if (base.n != text.n && !str_number(bits, 128 - shift, &number))
    return false;
  range.bits = shift + (unsigned)number;
  *ret_range = range;
  return true;
}

static bool holds(const struct http_range *range, const struct http_address *address)
{
  const unsigned char *a = (const unsigned char *)&range->base.in6, *b = (const unsigned char *)&address->in6;
  unsigned whole = range->bits / 8, rest = range->bits % 8;
  if (memcmp(a, b, whole) != 0)
    return false;
  return rest == 0 || ((a[whole] ^ b[whole]) & (0xFF00 >> rest) & 0xFF) == 0;
}

bool http_address_within(const struct http_address *address, const struct http_range *ranges, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (holds(&ranges[i], address))
      return true;
  return false;
}

RESULT http_address_forwarded(struct str value, const struct http_range *trusted, size_t count,
                              struct http_address *client)
{
  for (;;) {
    const char *comma = value.n ? memrchr(value.p, ',', value.n) : NULL;
    size_t start = comma ? (size_t)(comma - value.p) + 1 : 0;
    struct http_address hop;
    if (!http_address_parse(str_trim((struct str){value.p + start, value.n - start}), &hop))
      return R_MALFORMED;
    *client = hop;
    if (!http_address_within(&hop, trusted, count))
      return R_OK;
    if (!comma)
      return R_AGAIN;
    value.n = start - 1;
  }
}
