/* Reads, compares and formats ranges of addresses. Trusts: nothing. */
#include "base/network.h"
#include <arpa/inet.h>
#include <stdio.h>

enum { WHOLE = 128, MAPPED = 96 };

static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};

static bool parse_base(struct str text, struct network *network, unsigned *ret_shift)
{
  char copy[INET6_ADDRSTRLEN];
  if (text.n == 0 || text.n >= sizeof copy || memchr(text.p, '\0', text.n))
    return false;
  memcpy(copy, text.p, text.n);
  copy[text.n] = '\0';
  memcpy(network->base, mapped, sizeof mapped);
  *ret_shift = MAPPED;
  if (inet_pton(AF_INET, copy, network->base + sizeof mapped) == 1)
    return true;
  *ret_shift = 0;
  return inet_pton(AF_INET6, copy, network->base) == 1;
}

static bool bit(const unsigned char base[16], unsigned i) { return base[i / 8] >> (7 - i % 8) & 1; }

bool network_parse(struct str text, struct network *ret_network)
{
  struct network network;
  struct str bits = text;
  struct str base = str_cut(&bits, '/');
  unsigned shift;
  if (!parse_base(base, &network, &shift))
    return false;
  unsigned long long number = WHOLE - shift;
  if (base.n != text.n && !str_number(bits, WHOLE - shift, &number))
    return false;
  network.bits = shift + (unsigned)number;
  for (unsigned i = network.bits; i < WHOLE; i++)
    if (bit(network.base, i))
      return false;
  *ret_network = network;
  return true;
}

void network_format(const struct network *network, char ret_text[NETWORK_TEXT])
{
  char address[INET6_ADDRSTRLEN] = "";
  bool v4 = network->bits >= MAPPED && memcmp(network->base, mapped, sizeof mapped) == 0;
  unsigned shift = v4 ? MAPPED : 0;
  (void)inet_ntop(v4 ? AF_INET : AF_INET6, network->base + (v4 ? sizeof mapped : 0), address, sizeof address);
  if (network->bits == WHOLE)
    snprintf(ret_text, NETWORK_TEXT, "%s", address);
  else
    snprintf(ret_text, NETWORK_TEXT, "%s/%u", address, network->bits - shift);
}

bool network_holds(const struct network *whole, const struct network *part)
{
  unsigned bytes = whole->bits / 8, rest = whole->bits % 8;
  if (part->bits < whole->bits || memcmp(whole->base, part->base, bytes) != 0)
    return false;
  return rest == 0 || ((whole->base[bytes] ^ part->base[bytes]) & (0xFF00 >> rest) & 0xFF) == 0;
}

bool network_is_loopback(struct str host)
{
  static const struct network v4 = {{[10] = 0xFF, [11] = 0xFF, [12] = 127}, MAPPED + 8}, v6 = {{[15] = 1}, WHOLE};
  struct network address;
  if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
    host = (struct str){host.p + 1, host.n - 2};
  return str_is(host, "localhost") ||
         (network_parse(host, &address) && (network_holds(&v4, &address) || network_holds(&v6, &address)));
}
