/* Makes, opens and closes the private cluster. Trusts: who may enter DATA and the socket's folder, both of mode 0700.
 */
#include "db/cluster.h"
#include "base/clock.h"
#include "db/command.h"
#include "db/connection.h"
#include "db/failure.h"
#include "db/postmaster.h"
#include "db/user.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAJOR "15"
#define PROGRAMS "/usr/lib/postgresql/" MAJOR "/bin"

enum { CONNINFO = 256, RULES = 2048, CLOCK_SLACK_SECONDS = 10 };

struct db_cluster {
  int lock;
  char data[DB_PATH], folder[DB_PATH], log[DB_PATH], socket[DB_PATH];
  char conninfo[CONNINFO];
  struct db_postmaster postmaster;
  atomic_bool given_up;
};

static const char roles[] =
#include "db/roles.def"
    ;

static RESULT lock_data(struct db_cluster *c)
{
  char path[DB_PATH];
  TRY(db_place_join(c->data, "lock", path));
  c->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (c->lock < 0)
    return db_failure_say(R_RULE, "%s: %m", path);
  if (flock(c->lock, LOCK_EX | LOCK_NB) != 0)
    return db_failure_say(R_CONFLICT, "another server runs on %s", c->data);
  return R_OK;
}

/* R_NOT_FOUND: there is no cluster yet. */
static RESULT check_version(const struct db_cluster *c)
{
  char path[DB_PATH], version[DB_SMALL_FILE];
  TRY(db_place_join(c->folder, "PG_VERSION", path));
  TRY(db_place_read(path, version));
  version[strcspn(version, "\n")] = '\0';
  if (strcmp(version, MAJOR) == 0)
    return R_OK;
  return db_failure_say(R_RULE,
                        "%s was made by PostgreSQL %s, this server runs " MAJOR "; upgrade it: " PROGRAMS
                        "/pg_upgrade -b /usr/lib/postgresql/%s/bin -B " PROGRAMS " -d %s -D NEW",
                        c->folder, version, version, c->folder);
}

/* Who may log in. Peer, not trust: the kernel then says who is at the other end of the socket, and its folder's mode is
   a second wall instead of the only one. Root is let in because it could become the owner anyway. */
static RESULT write_rules(const char *folder)
{
  static const char *const users[] = {"postgres",       "bailiwick_migrate", "bailiwick_app",
                                      "bailiwick_auth", "bailiwick_policy",  "bailiwick_auditor"};
  char path[DB_PATH], text[RULES];
  struct db_user owner;
  size_t n = 0;
  TRY(db_user_find(NULL, geteuid(), &owner));
  if (strpbrk(owner.name, "\"\n"))
    return db_failure_say(R_RULE, "the user with the number %d has no name to go by", (int)geteuid());
  for (size_t i = 0; i < sizeof users / sizeof *users && n < sizeof text; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, "bailiwick \"%s\" %s\nbailiwick root %s\n", owner.name, users[i],
                          users[i]);
  if (n >= sizeof text)
    return db_failure_say(R_RULE, "the name of the user with the number %d is too long", (int)geteuid());
  TRY(db_place_join(folder, "pg_ident.conf", path));
  TRY(db_place_write(path, text));
  TRY(db_place_join(folder, "pg_hba.conf", path));
  return db_place_write(path, "local all all peer map=bailiwick\n");
}

/* Runs roles.sql in a new database, on a cluster that serves nobody yet. */
static RESULT make_database(const struct db_cluster *c, const char *folder)
{
  char host[DB_PATH + 8];
  snprintf(host, sizeof host, "--host=%s", c->socket);
  const char *const words[] = {
      "/usr/lib/postgresql/15/bin/psql", "-Xq", "-vON_ERROR_STOP=1", host, "--port=5432", "--username=postgres", NULL};
  static const char create[] = "CREATE DATABASE bailiwick;\n\\connect bailiwick\n";
  char script[sizeof create + sizeof roles];
  struct db_postmaster postmaster = {0};
  snprintf(script, sizeof script, "%s%s", create, roles);
  TRY(write_rules(folder));
  TRY(db_postmaster_start(folder, c->socket, c->log, NULL, &postmaster));
  enum result r = db_command_run(&(struct db_command){words, c->data, c->log, script});
  db_postmaster_stop(&postmaster);
  return r;
}

/* Made beside and moved into place when complete, so that a start cut short leaves nothing half done. */
static RESULT make_cluster(const struct db_cluster *c)
{
  char fresh[DB_PATH];
  TRY(db_place_join(c->data, "postgres.new", fresh));
  const char *const clear[] = {"/bin/rm", "-rf", "--", fresh, NULL};
  TRY(db_command_run(&(struct db_command){clear, c->data, c->log, NULL}));
  const char *const words[] = {"/usr/lib/postgresql/15/bin/initdb",
                               "-D",
                               fresh,
                               "--username=postgres",
                               "--encoding=UTF8",
                               "--locale=C.UTF-8",
                               "--data-checksums",
                               "--auth=peer",
                               NULL};
  TRY(db_command_run(&(struct db_command){words, c->data, c->log, NULL}));
  TRY(make_database(c, fresh));
  if (rename(fresh, c->folder) != 0)
    return db_failure_say(R_RULE, "%s: %m", c->folder);
  return R_OK;
}

/* The number that initdb gave the cluster: the first eight bytes of its control file. */
static RESULT system_identifier(const char *folder, int64_t *ret_identifier)
{
  char path[DB_PATH];
  int64_t identifier = 0;
  TRY(db_place_join(folder, "global/pg_control", path));
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : read(fd, &identifier, sizeof identifier);
  if (fd >= 0)
    close(fd);
  if (n != sizeof identifier)
    return db_failure_say(R_RULE, "%s cannot be read", path);
  *ret_identifier = identifier;
  return R_OK;
}

/* Whoever answers on the socket must be the cluster in this folder, in the life that its pid file tells of. */
static RESULT check_identity(const struct db_cluster *c)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(4096);
  CLEANUP(db_connection_close) struct db_connection *connection = NULL;
  struct db_rows rows = {0};
  int64_t identifier = 0;
  if (!arena)
    return R_NO_MEMORY;
  TRY(system_identifier(c->folder, &identifier));
  TRY(db_connection_open(c->conninfo, DB_MIGRATE, &connection));
  TRY(db_connection_send(connection, SQL_cluster_identity, &(struct db_values){0}, &rows));
  TRY(db_connection_sync(connection));
  TRY(db_connection_receive(connection, arena, clock_monotonic() + CLOCK_SLACK_SECONDS * CLOCK_SECOND));
  if (rows.count != 1 || db_int(&rows, 0, 0) != identifier ||
      llabs(db_int(&rows, 0, 1) - c->postmaster.started) > CLOCK_SLACK_SECONDS)
    return db_failure_say(R_RULE, "what answers at %s is not the cluster in %s", c->socket, c->folder);
  return R_OK;
}

static bool has_socket(const struct db_postmaster *postmaster)
{
  char path[DB_PATH];
  return db_place_join(postmaster->socket, ".s.PGSQL.5432", path) == R_OK && access(path, F_OK) == 0;
}

/* Adopts the one that runs, or starts one. */
static RESULT start(struct db_cluster *c)
{
  enum result found = db_postmaster_find(c->folder, &c->given_up, &c->postmaster);
  if (found == R_OK && has_socket(&c->postmaster)) {
    memcpy(c->socket, c->postmaster.socket, sizeof c->socket);
    return R_OK;
  }
  if (found != R_OK && found != R_NOT_FOUND)
    return found;
  db_postmaster_stop(&c->postmaster); /* somebody cleaned its socket away: nobody can reach it any more */
  TRY(write_rules(c->folder));
  return db_postmaster_start(c->folder, c->socket, c->log, &c->given_up, &c->postmaster);
}

static RESULT announce(struct db_cluster *c)
{
  char path[DB_PATH];
  int n = snprintf(c->conninfo, sizeof c->conninfo, "host='%s' port=5432 dbname=bailiwick", c->socket);
  if (n >= (int)sizeof c->conninfo)
    return db_failure_say(R_RULE, "the path %s is too long for a socket", c->socket);
  TRY(check_identity(c));
  TRY(db_place_join(c->data, "conninfo", path));
  return db_place_write(path, c->conninfo);
}

static RESULT open_cluster(const char *data, struct db_cluster *c)
{
  if (geteuid() == 0)
    return db_failure_say(R_RULE, "PostgreSQL does not run as root");
  TRY(db_place_absolute(data, c->data));
  if (mkdir(c->data, 0700) != 0 && errno != EEXIST)
    return db_failure_say(R_RULE, "%s: %m", c->data);
  TRY(lock_data(c));
  TRY(db_place_join(c->data, "postgres", c->folder));
  TRY(db_place_join(c->data, "postgres.log", c->log));
  TRY(db_place_socket(c->data, c->socket));
  enum result version = check_version(c);
  if (version == R_NOT_FOUND)
    version = make_cluster(c);
  TRY(version);
  TRY(start(c));
  return announce(c);
}

RESULT db_cluster_open(const char *data, struct db_cluster **ret_cluster)
{
  struct db_cluster *c = calloc(1, sizeof *c);
  if (!c)
    return R_NO_MEMORY;
  c->lock = -1;
  enum result r = open_cluster(data, c);
  if (r != R_OK) {
    if (!c->postmaster.child)
      c->postmaster.pid = 0; /* not known to be ours, so not ours to stop */
    db_cluster_close(&c);
    return r;
  }
  *ret_cluster = c;
  return R_OK;
}

RESULT db_cluster_keep(struct db_cluster *c, bool *ret_again)
{
  if (db_postmaster_runs(&c->postmaster)) {
    *ret_again = false;
    return R_OK;
  }
  c->postmaster.pid = 0; /* the number is free for somebody else */
  TRY(start(c));
  enum result r = check_identity(c);
  if (r == R_OK)
    *ret_again = true;
  else if (!c->postmaster.child)
    c->postmaster.pid = 0;
  return r;
}

void db_cluster_give_up(struct db_cluster *c) { atomic_store(&c->given_up, true); }

const char *db_cluster_conninfo(const struct db_cluster *cluster) { return cluster->conninfo; }

static RESULT find_in(const char *folder, struct arena *arena, const char **ret_conninfo)
{
  char path[DB_PATH], text[DB_SMALL_FILE];
  TRY(db_place_join(folder, "conninfo", path));
  TRY(db_place_read(path, text));
  struct str copy = arena_copy(arena, str_of(text));
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_conninfo = copy.p;
  return R_OK;
}

RESULT db_cluster_find(const char *data, struct arena *arena, const char **ret_conninfo)
{
  char absolute[DB_PATH], instead[DB_PATH];
  TRY(db_place_absolute(data, absolute));
  enum result r = find_in(absolute, arena, ret_conninfo);
  if (r != R_NOT_FOUND)
    return r;
  TRY(db_place_instead(absolute, instead));
  return find_in(instead, arena, ret_conninfo);
}

void db_cluster_close(struct db_cluster **cluster)
{
  struct db_cluster *c = cluster ? *cluster : NULL;
  char path[DB_PATH];
  if (!c)
    return;
  db_postmaster_stop(&c->postmaster);
  if (c->conninfo[0] && db_place_join(c->data, "conninfo", path) == R_OK)
    unlink(path);
  if (c->lock >= 0 && c->socket[0])
    rmdir(c->socket); /* stays when somebody else's server still uses it */
  if (c->lock >= 0)
    close(c->lock);
  free(c);
  *cluster = NULL;
}
