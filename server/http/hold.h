/* Replies that wait for their time: each belongs to a connection that is suspended, so that none keeps a thread busy,
   and there are no more of them than connections. One thread lets them go, the earliest first. */
#pragma once
#include "base/result.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One that waits, as a part of what is let go. */
struct http_held {
  struct http_held *before, *after;
  int64_t at; /* clock_monotonic() */
};

struct http_hold {
  void (*let_go)(struct http_held *held); /* by the hold's thread, or by who puts one in that goes at once */
  pthread_t thread;
  pthread_mutex_t lock; /* holds what follows up to stops */
  pthread_cond_t wake;
  struct http_held *first, *last;
  bool open; /* nothing waits any more */
  bool stops;
  bool runs;
  _Atomic unsigned waiting;
};

/* Of `began` and a whole number of slots later, one at least, what is not past. */
int64_t http_hold_slot(int64_t began, int64_t now, int64_t slot);

/* Sets let_go; on failure the hold may be stopped. */
RESULT http_hold_start(struct http_hold *hold, void (*let_go)(struct http_held *held));

/* Lets it go at that time, and never before; it belongs to the hold until then. */
void http_hold_put(struct http_hold *hold, struct http_held *held, int64_t at);

/* Lets go at once what waits, and from then on whatever comes. */
void http_hold_release(struct http_hold *hold);

/* Releases, and ends the thread; nothing may be put in any more. One that was never started is none. */
void http_hold_stop(struct http_hold *hold);
