/* Asks the system's list of users. */
#include "db/user.h"
#include "db/failure.h"
#include <pwd.h>
#include <stdio.h>

enum { ENTRY = 4096 };

RESULT db_user_find(const char *name, uid_t uid, struct db_user *ret_user)
{
  struct passwd entry, *found = NULL;
  char text[ENTRY];
  struct db_user user;
  int error =
      name ? getpwnam_r(name, &entry, text, sizeof text, &found) : getpwuid_r(uid, &entry, text, sizeof text, &found);
  if (error || !found)
    return db_failure_say(R_NOT_FOUND, "this system knows no user %s with the number %d", name ? name : "", (int)uid);
  int n = snprintf(user.name, sizeof user.name, "%s", found->pw_name);
  if (n >= (int)sizeof user.name)
    return db_failure_say(R_RULE, "the name of user %d is too long", (int)uid);
  user.uid = found->pw_uid;
  user.gid = found->pw_gid;
  *ret_user = user;
  return R_OK;
}
