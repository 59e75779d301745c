/* Counts replies by operation and status and their time by operation. */
#include "http/stats.h"
#include "base/metric.h"
#include <stdlib.h>

/* What a reply's status can be; another is counted in the last place. */
static const int statuses[] = {200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 408, 409, 410,
                               411, 412, 413, 414, 415, 422, 428, 429, 431, 500, 501, 503, 0};
enum { STATUSES = sizeof statuses / sizeof *statuses };

/* Upper bounds, as microseconds and as Prometheus writes them; the last is open. */
static const struct {
  int64_t most;
  const char *text;
} buckets[] = {{1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},    {25000, "0.025"},
               {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},    {1000000, "1"},
               {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"}, {INT64_MAX, "+Inf"}};
enum { BUCKETS = sizeof buckets / sizeof *buckets };

/* A cache line of its own for each operation, so that two event threads disturb each other only on the same one. */
struct http_count {
  _Alignas(64) _Atomic uint64_t by_status[STATUSES];
  _Atomic uint64_t by_time[BUCKETS];
  _Atomic uint64_t microseconds;
};

RESULT http_stats_init(struct http_stats *stats, const struct http_table *table)
{
  size_t size = ((size_t)table->count + 1) * sizeof *stats->counts;
  struct http_count *counts = aligned_alloc(64, size);
  if (!counts)
    return R_NO_MEMORY;
  memset(counts, 0, size);
  stats->counts = counts;
  stats->table = table;
  return R_OK;
}

void http_stats_free(struct http_stats *stats)
{
  free(stats->counts);
  stats->counts = NULL;
}

void http_stats_count(struct http_stats *stats, int route, int status, int64_t microseconds)
{
  struct http_count *c = &stats->counts[route < 0 ? stats->table->count : route];
  size_t s = 0, t = 0;
  while (s < STATUSES - 1 && statuses[s] != status)
    s++;
  while (microseconds > buckets[t].most)
    t++;
  atomic_fetch_add_explicit(&c->by_status[s], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&c->by_time[t], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&c->microseconds, (uint64_t)microseconds, memory_order_relaxed);
}

static const char *operation(const struct http_stats *stats, int route)
{
  return route == stats->table->count ? "none" : stats->table->at(route)->operation;
}

static void print_statuses(const struct http_stats *stats, int route, struct buf *text)
{
  for (size_t s = 0; s < STATUSES; s++) {
    uint64_t n = atomic_load_explicit(&stats->counts[route].by_status[s], memory_order_relaxed);
    if (n > 0)
      buf_print(text, "bailiwick_http_requests_total{operation=\"%s\",status=\"%d\"} %llu\n", operation(stats, route),
                statuses[s], (unsigned long long)n);
  }
}

static void print_times(const struct http_stats *stats, int route, struct buf *text)
{
  const struct http_count *c = &stats->counts[route];
  const char *name = operation(stats, route);
  unsigned long long sum = 0;
  for (size_t t = 0; t < BUCKETS; t++) {
    sum += atomic_load_explicit(&c->by_time[t], memory_order_relaxed);
    buf_print(text, "bailiwick_http_request_duration_seconds_bucket{operation=\"%s\",le=\"%s\"} %llu\n", name,
              buckets[t].text, sum);
  }
  uint64_t microseconds = atomic_load_explicit(&c->microseconds, memory_order_relaxed);
  buf_print(text, "bailiwick_http_request_duration_seconds_sum{operation=\"%s\"} %llu.%06llu\n", name,
            (unsigned long long)microseconds / 1000000, (unsigned long long)microseconds % 1000000);
  buf_print(text, "bailiwick_http_request_duration_seconds_count{operation=\"%s\"} %llu\n", name, sum);
}

void http_stats_print(const struct http_stats *stats, struct buf *text)
{
  metric_head(text, "bailiwick_http_requests_total", "counter", "Replies, by operation and status.");
  for (int i = 0; i <= stats->table->count; i++)
    print_statuses(stats, i, text);
  metric_head(text, "bailiwick_http_request_duration_seconds", "histogram", "Time from the request line to the reply.");
  for (int i = 0; i <= stats->table->count; i++)
    print_times(stats, i, text);
  metric_head(text, "bailiwick_http_frames_refused_total", "counter", "Requests refused for their framing.");
  buf_print(text, "bailiwick_http_frames_refused_total %llu\n",
            (unsigned long long)atomic_load_explicit(&stats->frames_refused, memory_order_relaxed));
}
