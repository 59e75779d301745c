/* Ranges of addresses, IPv4 and IPv6 in one form: whether one lies within another. */
#pragma once
#include "base/str.h"

/* The addresses whose first `bits` bits are those of `base`; IPv4 is mapped into IPv6. One address has all 128. */
struct network {
  unsigned char base[16];
  unsigned bits;
};

enum { NETWORK_TEXT = 50, NETWORK_ADDRESS = 128 /* bits of one address */ };

/* "10.0.0.0/8", "2001:db8::/32", or one address; no port, no zone. False also where bits behind the prefix are set:
   whoever wrote that meant something else. */
bool network_parse(struct str text, struct network *ret_network);

/* The one form of it: a bare address where it is one. */
void network_format(const struct network *network, char ret_text[NETWORK_TEXT]);

/* All of `part` lies in `whole`. */
bool network_holds(const struct network *whole, const struct network *part);

/* The host of a URL is this machine: "localhost", or an address of 127.0.0.0/8 or ::1, which may stand in brackets. No
   other name is, whatever it begins with. */
bool network_is_loopback(struct str host);
