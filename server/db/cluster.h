/* The private PostgreSQL cluster under --data: made, started, adopted, stopped. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

struct db_cluster;

/* Not for root (db/account.h). Takes DATA/lock (R_CONFLICT when another server holds it), makes the cluster on first
   use (initdb, Unix socket only, data checksums, roles of the database), starts it or adopts a postmaster that an
   earlier server left, and waits until it answers. R_RULE for a cluster of another major version, or a folder that is
   not ours. The reason of a failure is in db_last_error. */
RESULT db_cluster_open(const char *data, struct db_cluster **ret_cluster);

/* When PostgreSQL has ended, whatever ended it: starts it again where it was, or adopts the one that somebody else has
   started; *ret_again then. The same conninfo stays good. R_UNAVAILABLE, R_RULE and the like when it cannot be now. */
RESULT db_cluster_keep(struct db_cluster *cluster, bool *ret_again);

/* Makes a db_cluster_keep on another thread come back soon, and every later one fail. */
void db_cluster_give_up(struct db_cluster *cluster);

/* host=... dbname=... for libpq; lives as long as the cluster. */
const char *db_cluster_conninfo(const struct db_cluster *cluster);

/* The same for a cluster that another process runs, read from DATA, or from where it lives instead of DATA: for import
   and the other commands. R_NOT_FOUND when none runs. */
RESULT db_cluster_find(const char *data, struct arena *arena, const char **ret_conninfo);

/* Stops PostgreSQL (fast), gives the lock back. NULL-safe. */
void db_cluster_close(struct db_cluster **cluster);
