/* Names and makes the folders and small files around a private cluster.
   Trusts: nothing under the temporary folder that it has not seen to be its own. */
#include "db/place.h"
#include "db/failure.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* sun_path holds 107 characters and a NUL; PostgreSQL appends /.s.PGSQL.5432 and, for its lock, five more. */
enum { SOCKET_MOST = 107, SOCKET_NAME = 19, DIGEST = 17 };

/* FNV-1a: tells paths of one machine apart, no more is asked of it. */
static void digest(const char *text, char ret_hex[DIGEST])
{
  uint64_t h = UINT64_C(14695981039346656037);
  for (; *text; text++)
    h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
  snprintf(ret_hex, DIGEST, "%016llx", (unsigned long long)h);
}

RESULT db_place_join(const char *folder, const char *name, char ret_path[DB_PATH])
{
  int n = snprintf(ret_path, DB_PATH, "%s/%s", folder, name);
  return n > 0 && n < DB_PATH ? R_OK : db_failure_say(R_RULE, "the path %.200s... is too long", folder);
}

RESULT db_place_absolute(const char *path, char ret_path[DB_PATH])
{
  char parent[DB_PATH] = ".", copy[DB_PATH];
  if (realpath(path, ret_path))
    return R_OK;
  size_t n = strlen(path);
  while (n > 1 && path[n - 1] == '/')
    n--;
  if (n == 0 || n >= sizeof copy)
    return db_failure_say(R_RULE, "%.200s is no path", path);
  snprintf(copy, sizeof copy, "%.*s", (int)n, path);
  char *slash = strrchr(copy, '/');
  if (slash)
    snprintf(parent, sizeof parent, "%.*s", (int)(slash == copy ? 1 : slash - copy), copy);
  char real[DB_PATH];
  if (!realpath(parent, real))
    return db_failure_say(R_RULE, "%s: %m", parent);
  return db_place_join(strcmp(real, "/") == 0 ? "" : real, slash ? slash + 1 : copy, ret_path);
}

RESULT db_place_instead(const char *absolute, char ret_path[DB_PATH])
{
  char name[DIGEST];
  digest(absolute, name);
  return db_place_join("/var/lib/bailiwick", name, ret_path);
}

RESULT db_place_private(const char *path, uid_t owner)
{
  struct stat is;
  if (mkdir(path, 0700) == 0 && chown(path, owner, (gid_t)-1) != 0)
    return db_failure_say(R_RULE, "%s: %m", path);
  if (lstat(path, &is) != 0)
    return db_failure_say(R_RULE, "%s: %m", path);
  if (!S_ISDIR(is.st_mode) || is.st_uid != owner || (is.st_mode & 077) != 0)
    return db_failure_say(R_RULE, "%s must be a folder of mode 0700 that belongs to the service's user", path);
  return R_OK;
}

/* Commas part several hosts in a conninfo, and quotes end one. */
static bool fits_a_socket(const char *path)
{
  return path[0] == '/' && strlen(path) + SOCKET_NAME <= SOCKET_MOST && !strpbrk(path, ",'\\ ");
}

RESULT db_place_socket(const char *absolute, char ret_path[DB_PATH])
{
  char name[DIGEST];
  const char *temporary = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe): nobody sets it here */
  digest(absolute, name);
  const struct {
    const char *folder, *prefix;
  } places[] = {{"/run/bailiwick", ""}, {temporary ? temporary : "/tmp", "bailiwick-"}, {"/tmp", "bailiwick-"}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    char path[DB_PATH];
    int n = snprintf(path, sizeof path, "%s/%s%s", places[i].folder, places[i].prefix, name);
    if (n < DB_PATH && fits_a_socket(path) && db_place_private(path, geteuid()) == R_OK) {
      memcpy(ret_path, path, sizeof path);
      return R_OK;
    }
  }
  return db_failure_say(R_RULE, "no folder for the database's socket, neither under /run/bailiwick nor under /tmp");
}

RESULT db_place_read(const char *path, char ret_text[DB_SMALL_FILE])
{
  FILE *file = fopen(path, "re");
  if (!file)
    return errno == ENOENT ? R_NOT_FOUND : db_failure_say(R_RULE, "%s: %m", path);
  char text[DB_SMALL_FILE];
  size_t n = fread(text, 1, sizeof text - 1, file);
  bool whole = !ferror(file) && feof(file);
  fclose(file);
  if (!whole)
    return db_failure_say(R_RULE, "%s cannot be read", path);
  text[n] = '\0';
  memcpy(ret_text, text, n + 1);
  return R_OK;
}

static bool write_all(int fd, const char *text)
{
  size_t n = strlen(text);
  return write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
}

RESULT db_place_write(const char *path, const char *text)
{
  char fresh[DB_PATH];
  int n = snprintf(fresh, sizeof fresh, "%s.new", path);
  int fd = n < DB_PATH ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
  if (fd < 0)
    return db_failure_say(R_RULE, "%s: %m", path);
  bool written = write_all(fd, text);
  close(fd);
  if (!written || rename(fresh, path) != 0)
    return db_failure_say(R_RULE, "%s: %m", path);
  return R_OK;
}
