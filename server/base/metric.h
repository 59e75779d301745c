/* The Prometheus text format: what a metric is, then its value. */
#pragma once
#include "base/buf.h"

/* HELP and TYPE lines; the samples follow. `type` is "gauge", "counter" or "histogram". */
void metric_head(struct buf *text, const char *name, const char *type, const char *help);

/* A metric without labels, whole. */
void metric_put(struct buf *text, const char *name, const char *type, const char *help, double value);
