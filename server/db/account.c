/* Leaves root, having made what only root can make: the data folder and the folder of sockets. */
#include "db/account.h"
#include "db/failure.h"
#include "db/place.h"
#include "db/user.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static RESULT choose(const char *data, struct db_user *ret_user)
{
  char cluster[DB_PATH];
  struct stat is;
  TRY(db_place_join(data, "postgres", cluster));
  if (stat(cluster, &is) == 0 && is.st_uid != 0)
    return db_user_find(NULL, is.st_uid, ret_user);
  if (db_user_find("bailiwick", 0, ret_user) == R_OK && ret_user->uid != 0)
    return R_OK;
  if (db_user_find("postgres", 0, ret_user) == R_OK && ret_user->uid != 0)
    return R_OK;
  return db_failure_say(R_RULE, "there is no system user bailiwick, nor postgres, to run as instead of root");
}

static bool is_empty(const char *folder)
{
  DIR *d = opendir(folder);
  int entries = 0;
  if (!d)
    return false;
  while (readdir(d)) /* NOLINT(concurrency-mt-unsafe): a stream of its own */
    entries++;
  closedir(d);
  return entries == 2; /* itself and its parent */
}

/* As the user would find it: the whole way down counts. */
static bool can_use(const struct db_user *user, const char *folder)
{
  if (setegid(user->gid) != 0 || initgroups(user->name, user->gid) != 0 || seteuid(user->uid) != 0)
    return false;
  bool can = faccessat(AT_FDCWD, folder, R_OK | W_OK | X_OK, AT_EACCESS) == 0;
  return seteuid(0) == 0 && setegid(0) == 0 && setgroups(0, NULL) == 0 && can;
}

/* A new folder, or an empty one that root made before, becomes the user's; no other changes hands. */
static RESULT offer(const char *folder, const struct db_user *user)
{
  struct stat is;
  if (mkdir(folder, 0700) != 0 && errno != EEXIST)
    return db_failure_say(R_RULE, "%s: %m", folder);
  if (lstat(folder, &is) != 0 || !S_ISDIR(is.st_mode))
    return db_failure_say(R_RULE, "%s is no folder", folder);
  if (is.st_uid == 0 && is_empty(folder) && (chown(folder, user->uid, user->gid) != 0 || chmod(folder, 0700) != 0))
    return db_failure_say(R_RULE, "%s: %m", folder);
  return R_OK;
}

static RESULT settle_data(const char *data, const struct db_user *user, char ret_data[DB_PATH])
{
  char absolute[DB_PATH], instead[DB_PATH];
  TRY(db_place_absolute(data, absolute));
  TRY(offer(absolute, user));
  if (can_use(user, absolute)) {
    memcpy(ret_data, absolute, sizeof absolute);
    return R_OK;
  }
  (void)!rmdir(absolute); /* of no use to anybody when it is empty */
  TRY(db_place_instead(absolute, instead));
  /* Whatever the umask: the user has to come through. */
  bool made = mkdir("/var/lib/bailiwick", 0755) == 0;
  if (made ? chmod("/var/lib/bailiwick", 0755) != 0 : errno != EEXIST)
    return db_failure_say(R_RULE, "/var/lib/bailiwick: %m");
  TRY(offer(instead, user));
  if (!can_use(user, instead))
    return db_failure_say(R_RULE, "the user %s can use neither %s nor %s", user->name, absolute, instead);
  memcpy(ret_data, instead, sizeof instead);
  return R_OK;
}

static RESULT leave_root(const struct db_user *user)
{
  if (initgroups(user->name, user->gid) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)
    return db_failure_say(R_RULE, "cannot become the user %s: %m", user->name);
  if (setuid(0) == 0 || geteuid() != user->uid || getegid() != user->gid)
    return db_failure_say(R_RULE, "root could be had again after leaving it");
  unsetenv("HOME"); /* NOLINT(concurrency-mt-unsafe): no other thread yet; root's, where libpq would look for keys */
#if defined(__SANITIZE_ADDRESS__)
  prctl(PR_SET_DUMPABLE, 1); /* the leak checker attaches to its own process; else nobody may look into this one */
#endif
  return R_OK;
}

RESULT db_account_enter(const char *data, struct arena *arena, const char **ret_data)
{
  char used[DB_PATH];
  if (geteuid() == 0) {
    struct db_user user;
    TRY(choose(data, &user));
    TRY(settle_data(data, &user, used));
    (void)!db_place_private("/run/bailiwick", user.uid); /* where not, the temporary folder serves */
    TRY(leave_root(&user));
  } else {
    TRY(db_place_absolute(data, used));
  }
  struct str copy = arena_copy(arena, str_of(used));
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_data = copy.p;
  return R_OK;
}
