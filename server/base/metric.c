/* Writing metrics. */
#include "base/metric.h"

void metric_head(struct buf *text, const char *name, const char *type, const char *help)
{
  buf_print(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metric_put(struct buf *text, const char *name, const char *type, const char *help, double value)
{
  metric_head(text, name, type, help);
  buf_print(text, "%s %.15g\n", name, value);
}
