/* The PostgreSQL server process of one cluster: started, found again, stopped. Seen by db alone. */
#pragma once
#include "db/place.h"
#include <stdatomic.h>
#include <stdbool.h>

struct db_postmaster {
  pid_t pid;
  bool child;      /* ours, not one that an earlier server left behind */
  int64_t started; /* seconds since 1970, as it wrote them down itself */
  char folder[DB_PATH], socket[DB_PATH];
};

/* Starts it on `folder` with its socket in `socket`, appends its output to `log`, waits until it answers, or until
   `stop` (may be NULL) becomes true: then it is stopped again, and R_UNAVAILABLE. */
RESULT db_postmaster_start(const char *folder, const char *socket, const char *log, const atomic_bool *stop,
                           struct db_postmaster *ret_postmaster);

/* The one that runs on `folder` already, once it answers; `stop` as above. R_NOT_FOUND when none does, or the last one
   has just ended. */
RESULT db_postmaster_find(const char *folder, const atomic_bool *stop, struct db_postmaster *ret_postmaster);

/* False also for one that was stopped, or never started. */
bool db_postmaster_runs(const struct db_postmaster *postmaster);

/* Fast shutdown, and the immediate one if that takes too long. */
void db_postmaster_stop(struct db_postmaster *postmaster);
