/* A user of this system. Seen by db alone. */
#pragma once
#include "base/result.h"
#include <sys/types.h>

struct db_user {
  uid_t uid;
  gid_t gid;
  char name[64];
};

/* By name, or by number where `name` is NULL. R_NOT_FOUND when there is none. */
RESULT db_user_find(const char *name, uid_t uid, struct db_user *ret_user);
