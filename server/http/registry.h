/* The open connections of one server: how many in all and of one address, and which have outlived their time. */
#pragma once
#include "http/connection.h"
#include <pthread.h>

struct http_tally {
  struct http_address address;
  unsigned count; /* 0: free */
};

struct http_registry {
  pthread_mutex_t lock; /* holds list, open, tallies */
  struct http_connection *first;
  _Atomic unsigned open;
  unsigned most, address_most;
  struct http_tally *tallies; /* open addressing, a power of two of them */
  size_t tallies_mask;
  uint64_t seed;
  const struct http_range *trusted;
  size_t trusted_count;
  int64_t request_time, idle_time;
  bool secure; /* its connections speak TLS */
  _Atomic uint64_t refused, cut;
};

RESULT http_registry_init(struct http_registry *registry);
void http_registry_free(struct http_registry *registry);

/* Whether one more connection of that peer may come in; counted as refused when not. */
bool http_registry_admits(struct http_registry *registry, const struct sockaddr *peer);

/* Takes a connection into the list and the counts, and out again. */
void http_registry_add(struct http_registry *registry, struct http_connection *connection);
void http_registry_remove(struct http_registry *registry, struct http_connection *connection);

/* Counts a request of an address that a trusted proxy states; false when it has too many already. */
bool http_registry_enter(struct http_registry *registry, const struct http_address *address);
void http_registry_leave(struct http_registry *registry, const struct http_address *address);

/* Shuts what is past its deadline, with a 408 where a request was still arriving. */
void http_registry_sweep(struct http_registry *registry, int64_t now);
