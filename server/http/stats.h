/* Counts of what was answered, for Prometheus. No label comes from input. */
#pragma once
#include "base/buf.h"
#include "http/table.h"
#include <stdatomic.h>
#include <stdint.h>

struct http_count;

struct http_stats {
  const struct http_table *table;
  struct http_count *counts; /* one a route, one for what found no route */
  _Atomic uint64_t frames_refused;
};

RESULT http_stats_init(struct http_stats *stats, const struct http_table *table);
void http_stats_free(struct http_stats *stats);

/* A reply was queued; route -1: none was found. */
void http_stats_count(struct http_stats *stats, int route, int status, int64_t microseconds);

void http_stats_print(const struct http_stats *stats, struct buf *text);

