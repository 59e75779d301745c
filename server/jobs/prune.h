/* What nothing asks for any more is removed, now and then, by a thread. */
#pragma once
#include "domain/change.h"

struct jobs_prune;

RESULT jobs_prune_open(const struct domain *domain, struct jobs_prune **ret_prune);
void jobs_prune_close(struct jobs_prune **prune);
