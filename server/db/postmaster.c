/* Starts and stops postgres on one folder, and tells its own from any other process by where that lives. */
#include "db/postmaster.h"
#include "base/clock.h"
#include "base/str.h"
#include "db/command.h"
#include "db/failure.h"
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MS = 10, START_SECONDS = 300, LEAVE_SECONDS = 10, FAST_SECONDS = 60, AT_ONCE_SECONDS = 10 };

/* Lines of postmaster.pid (PostgreSQL's miscadmin.h). */
enum { LINE_PID, LINE_FOLDER, LINE_STARTED, LINE_PORT, LINE_SOCKET, LINE_LISTEN, LINE_SHARED, LINE_STATUS, LINES };

struct pid_file {
  char text[DB_SMALL_FILE];
  struct str line[LINES];
};

static void rest_a_little(void) { nanosleep(&(struct timespec){0, PAUSE_MS * 1000000L}, NULL); }

static RESULT pid_file_read(const char *folder, struct pid_file *ret)
{
  char path[DB_PATH];
  TRY(db_place_join(folder, "postmaster.pid", path));
  TRY(db_place_read(path, ret->text));
  struct str rest = str_of(ret->text);
  for (int i = 0; i < LINES; i++)
    ret->line[i] = str_trim(str_cut(&rest, '\n'));
  return R_OK;
}

static int64_t number(struct str s)
{
  unsigned long long n = 0;
  return str_number(s, INT64_MAX, &n) ? (int64_t)n : 0;
}

/* A server's processes stay in its data folder all their lives; a number that somebody else bears by now does not. Nor
   does a zombie live anywhere. */
static bool lives_in(pid_t pid, const char *folder)
{
  char link[64], place[DB_PATH];
  snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
  ssize_t n = readlink(link, place, sizeof place);
  return n > 0 && str_equal((struct str){place, (size_t)n}, str_of(folder));
}

static bool somebody_lives_in(const char *folder)
{
  DIR *proc = opendir("/proc");
  bool found = false;
  for (struct dirent *entry = NULL;
       proc && !found && (entry = readdir(proc));) /* NOLINT(concurrency-mt-unsafe): its own stream */
    found = isdigit((unsigned char)entry->d_name[0]) && lives_in((pid_t)number(str_of(entry->d_name)), folder);
  if (proc)
    closedir(proc);
  return found;
}

bool db_postmaster_runs(const struct db_postmaster *p)
{
  if (p->pid <= 0)
    return false;
  if (p->child)
    return waitpid(p->pid, NULL, WNOHANG) == 0;
  return lives_in(p->pid, p->folder);
}

static bool is_set(const atomic_bool *stop) { return stop && atomic_load(stop); }

/* Until it has written that it is ready. R_NOT_FOUND: it ended. */
static RESULT wait_until_ready(struct db_postmaster *p, const atomic_bool *stop)
{
  int64_t until = clock_monotonic() + START_SECONDS * CLOCK_SECOND;
  while (db_postmaster_runs(p)) {
    struct pid_file file;
    if (pid_file_read(p->folder, &file) == R_OK && number(file.line[LINE_PID]) == p->pid &&
        str_is(file.line[LINE_STATUS], "ready")) {
      p->started = number(file.line[LINE_STARTED]);
      snprintf(p->socket, sizeof p->socket, "%.*s", (int)file.line[LINE_SOCKET].n, file.line[LINE_SOCKET].p);
      return R_OK;
    }
    if (is_set(stop))
      return db_failure_say(R_UNAVAILABLE, "nobody waits for PostgreSQL any more");
    if (clock_monotonic() > until)
      return db_failure_say(R_UNAVAILABLE, "PostgreSQL is still not ready after %d s", START_SECONDS);
    rest_a_little();
  }
  return R_NOT_FOUND;
}

RESULT db_postmaster_find(const char *folder, const atomic_bool *stop, struct db_postmaster *ret_postmaster)
{
  struct db_postmaster p = {0};
  struct pid_file file;
  TRY(pid_file_read(folder, &file));
  p.pid = (pid_t)number(file.line[LINE_PID]);
  snprintf(p.folder, sizeof p.folder, "%s", folder);
  if (p.pid <= 0 || !str_is(file.line[LINE_FOLDER], folder) || !lives_in(p.pid, folder))
    return R_NOT_FOUND;
  TRY(wait_until_ready(&p, stop));
  *ret_postmaster = p;
  return R_OK;
}

static void forget(const char *folder, const char *name)
{
  char path[DB_PATH];
  if (db_place_join(folder, name, path) == R_OK)
    unlink(path);
}

/* The pid files of a dead server may bear a number that lives again as somebody else, and PostgreSQL would then refuse
   to start. Nobody in the folder: nobody to protect. Children of a killed server leave it within moments. */
static void clear_away(const char *folder, const char *socket, const atomic_bool *stop)
{
  int64_t until = clock_monotonic() + LEAVE_SECONDS * CLOCK_SECOND;
  for (; somebody_lives_in(folder); rest_a_little())
    if (clock_monotonic() > until || is_set(stop))
      return;
  forget(folder, "postmaster.pid");
  forget(socket, ".s.PGSQL.5432");
  forget(socket, ".s.PGSQL.5432.lock");
}

RESULT db_postmaster_start(const char *folder, const char *socket, const char *log, const atomic_bool *stop,
                           struct db_postmaster *ret_postmaster)
{
  char socket_setting[DB_PATH + 32];
  snprintf(socket_setting, sizeof socket_setting, "--unix_socket_directories=%s", socket);
  /* clang-format off */
  const char *const words[] = {
      "/usr/lib/postgresql/15/bin/postgres", "-D", folder, socket_setting, "--unix_socket_permissions=0700",
      "--listen_addresses=", "--port=5432", "--cluster_name=bailiwick",
      "--fsync=on", "--full_page_writes=on", "--synchronous_commit=on",
      "--logging_collector=off", "--log_destination=stderr", "--log_checkpoints=off",
      /* Neither statements nor rows stand in its log: an error goes to whoever caused it. */
      "--log_min_messages=log", "--log_min_error_statement=panic", "--log_error_verbosity=terse", "--log_statement=none",
      NULL};
  /* clang-format on */
  struct db_postmaster p = {.child = true};
  clear_away(folder, socket, stop);
  TRY(db_command_start(&(struct db_command){words, folder, log, NULL}, &p.pid));
  snprintf(p.folder, sizeof p.folder, "%s", folder);
  enum result r = wait_until_ready(&p, stop);
  if (r == R_NOT_FOUND)
    return db_failure_say(R_UNAVAILABLE, "PostgreSQL did not start: see %s", log);
  if (r != R_OK) {
    db_postmaster_stop(&p);
    return r;
  }
  *ret_postmaster = p;
  return R_OK;
}

static bool stopped_by(struct db_postmaster *p, int signal_number, int seconds)
{
  int64_t until = clock_monotonic() + seconds * CLOCK_SECOND;
  kill(p->pid, signal_number);
  while (db_postmaster_runs(p)) {
    if (clock_monotonic() > until)
      return false;
    rest_a_little();
  }
  return true;
}

void db_postmaster_stop(struct db_postmaster *p)
{
  if (!db_postmaster_runs(p))
    return;
  if (!stopped_by(p, SIGINT, FAST_SECONDS))
    (void)!stopped_by(p, SIGQUIT, AT_ONCE_SECONDS);
  p->pid = 0;
}
