/* A thread that takes import jobs on, step by step; every process has one, and they share the work. */
#pragma once
#include "base/buf.h"
#include "domain/refusal.h"

struct jobs_import;

struct jobs_import_config {
  const struct domain *domain;
  struct domain_refusal *refusals;
  /* Whether somebody waits for an answer of this process: then a step more can wait. NULL: nobody ever does. */
  bool (*busy)(void *who);
  void *who;
};

/* `arena` lives as long as the thread. */
RESULT jobs_import_open(const struct jobs_import_config *config, struct arena *arena, struct jobs_import **ret_import);

/* Prometheus text: how many jobs there are, and what this process has done of them. */
void jobs_import_metrics(const struct jobs_import *import, struct buf *text);

/* Waits for the step under way. NULL-safe. */
void jobs_import_close(struct jobs_import **import);
