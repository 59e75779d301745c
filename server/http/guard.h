/* The framing guard: reads a header section again, byte by byte, and believes nothing that could be read two ways. */
#pragma once
#include "base/result.h"
#include "base/str.h"

/* A header section as libmicrohttpd 0.9.75 leaves it in memory: the bytes that came, in the order they came, where only
   the separators it believed in (spaces of the request line, colons, CR, LF) have become NUL. So a fold, a bare LF, a
   NUL, a second space, a header that was moved or dropped all show as bytes that stand where they should not. */
struct http_guard {
  const char *at, *end; /* the next byte to account for; behind the section */
  unsigned seen;        /* bits of the headers that may not repeat */
  bool broken, one_dot_zero;
  bool body_allowed;         /* the method may have a body */
  bool expects;              /* 100-continue */
  unsigned long long length; /* of the body */
};

/* The request line: method.p is the section's first byte, target_length what the target measured before anything
   changed it, size that of the whole section. */
void http_guard_line(struct http_guard *guard, struct str method, size_t target_length, const char *version,
                     size_t size);

/* The next header in the order sent. */
void http_guard_header(struct http_guard *guard, struct str name, struct str value);

/* R_BAD_FRAMING, R_LENGTH_REQUIRED for a chunked body, or R_OK: every byte of the section is accounted for. */
RESULT http_guard_end(struct http_guard *guard);

/* Whether the raw target holds nothing but visible ASCII. */
bool http_guard_target(struct str target);
