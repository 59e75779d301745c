/* /healthz, /readyz and /metrics: nothing of a tenant stands there. */
#include "api/management.h"
#include "base/buf.h"
#include "base/metric.h"
#include "crypto/hash.h"

enum { METRICS_MOST = 1 << 20 };

typedef void endpoint(const struct api_management *management, struct http_request *request, struct http_reply *reply);

static void health(const struct api_management *management, struct http_request *request, struct http_reply *reply)
{
  (void)management;
  (void)request;
  http_reply_body(reply, 200, "application/json", STR("{\"status\":\"ok\"}"));
}

/* Degraded: the snapshot is there but may be old, so only decisions that may use an old one can be served. */
static void ready(const struct api_management *management, struct http_request *request, struct http_reply *reply)
{
  (void)request;
  if (policy_fresh(management->policy))
    http_reply_body(reply, 200, "application/json", STR("{\"status\":\"ready\"}"));
  else if (bw_model_revision(policy_model(management->policy)) > 0)
    http_reply_body(reply, 200, "application/json", STR("{\"status\":\"degraded\"}"));
  else
    http_reply_body(reply, 503, "application/json", STR("{\"status\":\"starting\"}"));
}

static void metrics(const struct api_management *management, struct http_request *request, struct http_reply *reply)
{
  struct buf text = buf_in(http_request_arena(request), METRICS_MOST);
  unsigned computing;
  uint64_t hashes = crypto_hash_count(&computing);
  http_server_metrics(management->server, &text);
  policy_metrics(management->policy, &text);
  domain_refusal_metrics(management->refusals, &text);
  metric_put(&text, "bailiwick_password_hashes_total", "counter", "Password hashes computed, made or checked.",
             (double)hashes);
  metric_put(&text, "bailiwick_password_hashes_computing", "gauge", "Password hashes being computed now.", (double)computing);
  management->jobs(management->who, &text);
  struct str all = buf_str(&text);
  if (all.p)
    http_reply_body(reply, 200, "text/plain; version=0.0.4; charset=utf-8", all);
  else
    http_reply_problem(reply, R_NO_MEMORY, NULL, NULL, 0);
}

static const struct {
  struct http_route http;
  endpoint *run;
} endpoints[] = {
    {{"getHealth", HTTP_GET, "/healthz", HTTP_LANE_DECISION, false, 0}, health},
    {{"getReadiness", HTTP_GET, "/readyz", HTTP_LANE_DECISION, false, 0}, ready},
    {{"getMetrics", HTTP_GET, "/metrics", HTTP_LANE_DECISION, false, 0}, metrics},
};

static const struct http_route *at(int i) { return &endpoints[i].http; }

static void enter(void *service, int route, struct http_request *request, struct http_reply *reply)
{
  endpoints[route].run(service, request, reply);
}

struct http_table api_management_table(struct api_management *management)
{
  return (struct http_table){
      .count = sizeof endpoints / sizeof *endpoints, .at = at, .enter = enter, .service = management};
}
