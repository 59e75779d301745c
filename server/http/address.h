/* Addresses of clients: IPv4 and IPv6 in one form, ranges of them, and whom a trusted proxy speaks for. */
#pragma once
#include "base/result.h"
#include "base/str.h"
#include <netinet/in.h>

/* IPv6, or IPv4 mapped into it. */
struct http_address {
  struct in6_addr in6;
};

/* Addresses whose first `bits` bits are those of `base`. */
struct http_range {
  struct http_address base;
  unsigned bits;
};

enum { HTTP_ADDRESS_TEXT = INET6_ADDRSTRLEN };

/* A bare address; no port, no brackets, no zone. */
bool http_address_parse(struct str text, struct http_address *ret_address);

/* The peer of a socket; false for a family that has none. */
bool http_address_of(const struct sockaddr *peer, struct http_address *ret_address);

void http_address_format(const struct http_address *address, char ret_text[HTTP_ADDRESS_TEXT]);

/* "10.0.0.0/8", "2001:db8::/32", or one address. */
bool http_address_range(struct str text, struct http_range *ret_range);

bool http_address_within(const struct http_address *address, const struct http_range *ranges, size_t count);

/* Reads one X-Forwarded-For value from its right end, stepping over addresses within the ranges.
   R_OK: *client is the first outside them; R_AGAIN: only trusted ones
   stand there, *client is the leftmost; R_MALFORMED: something on the way is no address. */
RESULT http_address_forwarded(struct str value, const struct http_range *trusted, size_t count,
                              struct http_address *client);
