/* The thread that keeps the private cluster's PostgreSQL running. */
#pragma once
#include "db/cluster.h"

struct db_keeper;

/* Looks several times a second; what cannot be started again is tried again after a growing while. */
RESULT db_keeper_open(struct db_cluster *cluster, struct db_keeper **ret_keeper);

/* Stops the thread; the cluster stays as it is. Comes before db_cluster_close. NULL-safe. */
void db_keeper_close(struct db_keeper **keeper);
