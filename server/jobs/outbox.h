/* A thread that delivers what waits in the outbox; every process has one, and they share the work. */
#pragma once
#include "jobs/courier.h"

struct jobs_outbox;

struct jobs_outbox_config {
  const struct domain *domain;
  struct str from; /* an address of the service's own */
  int64_t pace;    /* mails a minute, at most */
  jobs_deliver *deliver;
  void *post;
};

/* `arena` lives as long as the thread. */
RESULT jobs_outbox_open(const struct jobs_outbox_config *config, struct arena *arena, struct jobs_outbox **ret_outbox);

/* Waits for the mail that is being delivered. NULL-safe. */
void jobs_outbox_close(struct jobs_outbox **outbox);

/* Prometheus text; nothing for NULL. */
void jobs_outbox_metrics(const struct jobs_outbox *outbox, struct buf *text);
