/* A PostgreSQL of the tests' own with the service's schema and a small estate (world.sql), for a policy to follow. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "policy/mint.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

/* Where the server lives, for all tests of a program. */
static char directory[128], conninfo[192];

#define PROGRAMS "/usr/lib/postgresql/15/bin/"

static inline bool shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline bool shell(const char *format, ...)
{
  char command[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(command, sizeof command, format, arguments);
  va_end(arguments);
  return system(command) == 0;
}

/* PostgreSQL refuses root. */
static inline const char *as_postgres(void) { return geteuid() == 0 ? "runuser -u postgres -- " : ""; }

static inline bool server(const char *command)
{
  return shell("%s" PROGRAMS "pg_ctl -D %s/data -l %s/log -w -m immediate %s > /dev/null", as_postgres(), directory,
               directory, command);
}

/* A psql to write statements to; pclose gives its status. */
static inline FILE *psql_open(const char *database)
{
  char command[512];
  snprintf(command, sizeof command, PROGRAMS "psql -X -q -At -v ON_ERROR_STOP=1 -h %s -U postgres -d %s > %s/out",
           directory, database, directory);
  FILE *psql = popen(command, "w");
  assert_non_null(psql);
  fputs("SET search_path = bailiwick, pg_temp;\n", psql);
  return psql;
}

static inline bool script(const char *text)
{
  FILE *psql = psql_open("bailiwick");
  fputs(text, psql);
  return pclose(psql) == 0;
}

static inline void sql(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline void sql(const char *format, ...)
{
  char text[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  assert_true(script(text));
}

/* What the last sql printed. */
static inline FILE *output(void)
{
  char path[192];
  snprintf(path, sizeof path, "%s/out", directory);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  return file;
}

static inline uint64_t newest_revision(void)
{
  unsigned long long revision = 0;
  sql("SELECT max(revision) FROM policy_event;");
  FILE *file = output();
  assert_int_equal(fscanf(file, "%llu", &revision), 1);
  fclose(file);
  return revision;
}

static inline bool make_schema(void)
{
  static const char *const scripts[] = {
#include "db/roles.def"
      ,
#define MIGRATION(number, name, digest, text) text,
#include "db/migrations.def"
#undef MIGRATION
#include "policy/world.def"
  };
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
    FILE *psql = psql_open("bailiwick");
    fprintf(psql, "BEGIN;\n%s;\nCOMMIT;\n", scripts[i]);
    if (pclose(psql) != 0)
      return false;
  }
  return true;
}

static inline int server_up(void **state)
{
  const char *temporary = getenv("TMPDIR");
  (void)state;
  snprintf(directory, sizeof directory, "%s/bwpolicy-XXXXXX", temporary ? temporary : "/tmp");
  if (!mkdtemp(directory))
    return -1;
  snprintf(conninfo, sizeof conninfo, "host=%s dbname=bailiwick", directory);
  bool up = (geteuid() != 0 || shell("chown postgres %s", directory)) &&
            shell("cd %s && %s" PROGRAMS "initdb -D data -A trust -U postgres -E UTF8 --locale=C --no-sync > /dev/null",
                  directory, as_postgres()) &&
            shell("printf \"listen_addresses = ''\\nfsync = off\\nunix_socket_directories = '%s'\\n\" >> "
                  "%s/data/postgresql.conf",
                  directory, directory) &&
            server("start") && shell(PROGRAMS "createdb -h %s -U postgres bailiwick", directory) && make_schema();
  return up ? 0 : -1;
}

static inline int server_down(void **state)
{
  (void)state;
  server("stop");
  return shell("rm -rf %s", directory) ? 0 : -1;
}

static inline struct policy *policy_with(int64_t lease)
{
  struct policy *policy = NULL;
  assert_int_equal(policy_open(&(struct policy_config){conninfo, lease}, &policy), R_OK);
  return policy;
}

static inline void pause_ms(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }

/* True as soon as the expression is; the machine may be slow, so it has long. */
#define SOON(expression)                                                                                               \
  ({                                                                                                                   \
    int64_t soon_until = clock_monotonic() + 20 * CLOCK_SECOND;                                                        \
    while (!(expression) && clock_monotonic() < soon_until)                                                            \
      pause_ms(2);                                                                                                     \
    (expression);                                                                                                      \
  })

static inline struct bw_id id_in(const char *prefix, unsigned number)
{
  char text[UUID_TEXT];
  struct uuid uuid;
  snprintf(text, sizeof text, "%s%012u", prefix, number);
  assert_true(uuid_parse(str_of(text), &uuid));
  return policy_id(&uuid);
}

static inline struct bw_id id(unsigned number) { return id_in("00000000-0000-7000-9000-", number); }

static inline struct bw_answer ask(const struct policy *policy, unsigned subject, unsigned tenant)
{
  struct bw_question question = {id(subject), id(tenant), BW_TENANT_READ, clock_now()};
  struct bw_answer answer;
  bw_decide(policy_model(policy), &question, &answer);
  return answer;
}

static inline bool allowed(const struct policy *policy, unsigned subject, unsigned tenant)
{
  return ask(policy, subject, tenant).effect == BW_ALLOW;
}

/* The value of a line of policy_metrics that begins with `name`. */
static inline double metric(const struct policy *policy, const char *name)
{
  struct arena *arena CLEANUP(arena_free) = arena_new(1 << 20);
  struct buf text = buf_in(arena, 1 << 16);
  policy_metrics(policy, &text);
  struct str rest = buf_str(&text);
  while (rest.n > 0) {
    struct str line = str_cut(&rest, '\n');
    if (str_starts(line, str_of(name)) && line.p[strlen(name)] == ' ')
      return strtod(line.p + strlen(name), NULL);
  }
  fail_msg("there is no metric %s", name);
  return 0;
}
