/* Bytes that grow in an arena up to a maximum given at birth; a failure sticks and is asked for once, at the end. */
#pragma once
#include "base/arena.h"
#include <stdarg.h>

struct buf {
  struct arena *arena;
  char *p;
  size_t n, room, most;
  bool failed; /* the maximum or memory was reached: what was put since is lost */
};

/* Nothing is allocated before the first put. */
struct buf buf_in(struct arena *arena, size_t most);

void buf_put(struct buf *b, struct str s);
void buf_put_char(struct buf *b, char c);
void buf_print(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* s as a JSON string with its quotes; broken UTF-8 becomes U+FFFD. */
void buf_put_json(struct buf *b, struct str s);

/* What was put, with a NUL behind it that is not counted; .p is NULL after a failure. */
struct str buf_str(struct buf *b);
