/* Keeps the ring of signing keys as the vault has it, and makes the next key when its time has come, by a thread. */
#pragma once
#include "domain/change.h"

struct jobs_keys;

/* Its memory is the arena's; to be closed before that is freed. */
RESULT jobs_keys_open(const struct domain *domain, struct arena *arena, struct jobs_keys **ret_keys);
void jobs_keys_close(struct jobs_keys **keys);
