/* Leaves root, having made what only root can make: the data folder and the folder of sockets. */
#include "db/account.h"
#include "db/failure.h"
#include "db/place.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct passwd *choose(const char *data)
{
  char cluster[DB_PATH];
  struct stat is;
  if (db_place_join(data, "postgres", cluster) == R_OK && stat(cluster, &is) == 0 && is.st_uid != 0)
    return getpwuid(is.st_uid);
  struct passwd *user = getpwnam("bailiwick");
  return user ? user : getpwnam("postgres");
}

static bool is_empty(const char *folder)
{
  DIR *d = opendir(folder);
  int entries = 0;
  if (!d)
    return false;
  while (readdir(d))
    entries++;
  closedir(d);
  return entries == 2; /* itself and its parent */
}

/* As the user would find it: the whole way down counts. */
static bool can_use(const struct passwd *user, const char *folder)
{
  if (setegid(user->pw_gid) != 0 || initgroups(user->pw_name, user->pw_gid) != 0 || seteuid(user->pw_uid) != 0)
    return false;
  bool can = faccessat(AT_FDCWD, folder, R_OK | W_OK | X_OK, AT_EACCESS) == 0;
  return seteuid(0) == 0 && setegid(0) == 0 && setgroups(0, NULL) == 0 && can;
}

/* A new folder, or an empty one that root made before, becomes the user's; no other changes hands. */
static RESULT offer(const char *folder, const struct passwd *user)
{
  struct stat is;
  if (mkdir(folder, 0700) != 0 && errno != EEXIST)
    return db_failure_say(R_RULE, "%s: %s", folder, strerror(errno));
  if (lstat(folder, &is) != 0 || !S_ISDIR(is.st_mode))
    return db_failure_say(R_RULE, "%s is no folder", folder);
  if (is.st_uid == 0 && is_empty(folder) &&
      (chown(folder, user->pw_uid, user->pw_gid) != 0 || chmod(folder, 0700) != 0))
    return db_failure_say(R_RULE, "%s: %s", folder, strerror(errno));
  return R_OK;
}

static RESULT settle_data(const char *data, const struct passwd *user, char ret_data[DB_PATH])
{
  char absolute[DB_PATH], instead[DB_PATH];
  TRY(db_place_absolute(data, absolute));
  TRY(offer(absolute, user));
  if (can_use(user, absolute)) {
    memcpy(ret_data, absolute, sizeof absolute);
    return R_OK;
  }
  TRY(db_place_instead(absolute, instead));
  if (mkdir("/var/lib/bailiwick", 0755) != 0 && errno != EEXIST)
    return db_failure_say(R_RULE, "/var/lib/bailiwick: %s", strerror(errno));
  TRY(offer(instead, user));
  if (!can_use(user, instead))
    return db_failure_say(R_RULE, "the user %s can use neither %s nor %s", user->pw_name, absolute, instead);
  memcpy(ret_data, instead, sizeof instead);
  return R_OK;
}

static RESULT leave_root(const struct passwd *user)
{
  if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
    return db_failure_say(R_RULE, "cannot become the user %s: %s", user->pw_name, strerror(errno));
  if (setuid(0) == 0 || geteuid() != user->pw_uid || getegid() != user->pw_gid)
    return db_failure_say(R_RULE, "root could be had again after leaving it");
#if defined(__SANITIZE_ADDRESS__)
  prctl(PR_SET_DUMPABLE, 1); /* the leak checker attaches to its own process; else nobody may look into this one */
#endif
  return R_OK;
}

RESULT db_account_enter(const char *data, struct arena *arena, const char **ret_data)
{
  char used[DB_PATH];
  if (geteuid() == 0) {
    struct passwd *user = choose(data);
    if (!user || user->pw_uid == 0)
      return db_failure_say(R_RULE, "there is no system user bailiwick, nor postgres, to run as instead of root");
    TRY(settle_data(data, user, used));
    (void)!db_place_private("/run/bailiwick", user->pw_uid); /* where not, the temporary folder serves */
    TRY(leave_root(user));
  } else {
    TRY(db_place_absolute(data, used));
  }
  struct str copy = arena_copy(arena, str_of(used));
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_data = copy.p;
  return R_OK;
}
