/* Places for what goes on for long: so many in all, and so many of one owner, who leaves room for others. */
#pragma once
#include "base/result.h"
#include "base/str.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct http_share;

struct http_place {
  struct http_place *next; /* of the share's */
  struct http_share *share; /* NULL: it is none */
  struct str owner;
};

struct http_share {
  unsigned most, owner_most;
  pthread_mutex_t lock; /* holds first */
  struct http_place *first;
  _Atomic unsigned open;
  _Atomic uint64_t refused;
};

RESULT http_share_init(struct http_share *share, unsigned most, unsigned owner_most);

/* Takes a place, which with its owner's text stays where it is until it is given back. R_BUSY, and counted: there is
   none. */
RESULT http_share_enter(struct http_share *share, struct http_place *place);

/* Gives it back, if it is one. */
void http_share_leave(struct http_place *place);

/* Its metrics: NAME, and NAME_refused_total. */
struct buf;
void http_share_print(const struct http_share *share, const char *name, const char *help, struct buf *text);
