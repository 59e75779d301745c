/* Lanes: a bounded queue of requests and the threads that run them. A connection is suspended before its request is put
   into a lane, and resumed by whoever took the request out, when the reply is ready. */
#pragma once
#include "http/table.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct http_lane_pool;

struct http_worker {
  struct http_lane_pool *pool;
  pthread_t thread;
  unsigned number;
  pthread_mutex_t lock; /* holds deadline: a cancel never strikes the request after the one it was meant for */
  int64_t deadline;     /* of the request that runs; 0 when none does */
};

struct http_lane_pool {
  enum http_lane lane;
  unsigned most; /* that may wait */
  const struct http_table *table;
  void (*cancel)(void *service, enum http_lane lane, unsigned worker);
  pthread_mutex_t lock; /* holds what follows up to stops */
  pthread_cond_t work;
  struct http_request *first, **last;
  unsigned idle;
  bool waking; /* a worker was signalled and has not looked yet */
  bool stops;
  struct http_worker *workers;
  unsigned count;
  _Atomic unsigned waiting; /* places taken in the queue */
  _Atomic uint64_t refused;
};

/* Starts `count` workers; on failure the pool is empty and may be stopped. */
RESULT http_lane_start(struct http_lane_pool *pool, unsigned count);

/* Ends the workers. Nothing may be queued or running. */
void http_lane_stop(struct http_lane_pool *pool);

/* Takes a place in the queue; false, and counted, when there is none. */
bool http_lane_reserve(struct http_lane_pool *pool);

/* Puts a request, whose connection is suspended, into the place taken. */
void http_lane_put(struct http_lane_pool *pool, struct http_request *request);

/* The same of one that has been let in before, whether there is a place or not. */
void http_lane_push(struct http_lane_pool *pool, struct http_request *request);

/* Answers queued requests past their deadline with 503, and cancels workers whose request's deadline has passed. */
void http_lane_expire(struct http_lane_pool *pool, int64_t now);
