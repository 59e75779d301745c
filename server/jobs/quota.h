/* Warns of quotas that come to their end, by a thread. */
#pragma once
#include "domain/change.h"

struct jobs_quota;

/* Its memory is the arena's; to be closed before that is freed. */
RESULT jobs_quota_open(const struct domain *domain, struct arena *arena, struct jobs_quota **ret_quota);
/* NULL-safe. */
void jobs_quota_close(struct jobs_quota **quota);
