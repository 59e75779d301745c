/* Connects, prepares, sends and receives in libpq's pipeline mode, and wipes what came out of the vault.
   Trusts: the server that verify-full or the socket's directory names; no text it sends is ever run. */
#include "db/connection.h"
#include "base/secret.h"
#include "db/failure.h"
#include "db/link.h"
#include "db/scope_mint.h"
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { OLDEST_SERVER = 150020, GRACE_SECONDS = 5, PARAMETERS = 12, TEXT_MOST = 16 << 20, CANCELS_MOST = 16 };

enum prepared { NOT_PREPARED, PREPARE_SENT, PREPARED };

enum step_kind { STEP_PREPARE, STEP_EXECUTE, STEP_VERB, STEP_SYNC };

/* Something sent whose answer is to come. */
struct step {
  enum step_kind kind;
  enum statement statement;
  struct db_rows *ret_rows;
};

struct db_connection {
  PGconn *pg;
  enum db_role role;
  int wake; /* an eventfd: readable once cancelled */
  atomic_bool cancelled;
  bool given_up, committed;
  int steps_sent;
  struct step steps[DB_STEPS * 2 + 8]; /* each statement may bring its PREPARE with it */
  unsigned char prepared[SQL__COUNT];
  char *text; /* parameters in text form, which libpq wants with a NUL behind them */
  size_t text_room;
};

/* Settings of the session go out with the start-up packet: no SET ever runs, and RESET comes back to these. */
#define COMMON_OPTIONS                                                                                                 \
  "-c search_path=bailiwick,pg_temp -c row_security=on -c timezone=UTC -c datestyle=ISO -c jit=off "                   \
  "-c idle_in_transaction_session_timeout=60s "
#define SHORT_OPTIONS COMMON_OPTIONS "-c statement_timeout=30s -c lock_timeout=5s"

/* Every statement of the follower has its index, and what the planner guesses of the newest events is worst right after
   an import, when a scan of all principals for a handful of events costs most. */
#define FOLLOWER_OPTIONS                                                                                               \
  " -c plan_cache_mode=force_custom_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"

static const struct {
  const char *user, *options;
} logins[DB__ROLES] = {
    [DB_APP] = {"bailiwick_app", SHORT_OPTIONS},
    [DB_AUTH] = {"bailiwick_auth", SHORT_OPTIONS},
    [DB_POLICY] = {"bailiwick_policy", SHORT_OPTIONS FOLLOWER_OPTIONS},
    [DB_MIGRATE] = {"bailiwick_migrate", COMMON_OPTIONS "-c statement_timeout=0 -c lock_timeout=60s"},
};

static PGconn *connect_as(const char *conninfo, const char *channel_binding, enum db_role role)
{
  const struct {
    const char *keyword, *value;
  } wanted[] = {
      {"sslmode", "verify-full"}, /* what stands before dbname, conninfo may say otherwise; what stands behind it not */
      {"channel_binding", channel_binding},
      {"connect_timeout", "3"},          {"dbname", conninfo},        {"user", logins[role].user},
      {"options", logins[role].options}, {"client_encoding", "UTF8"}, {"application_name", "bailiwick"},
  };
  const char *keywords[PARAMETERS] = {0}, *values[PARAMETERS] = {0};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    keywords[i] = wanted[i].keyword;
    values[i] = wanted[i].value;
  }
  return PQconnectdbParams(keywords, values, 1);
}

static bool parameter_is(const PGconn *pg, const char *name, const char *value)
{
  const char *actual = PQparameterStatus(pg, name);
  return actual && strcmp(actual, value) == 0;
}

static bool is_local(const PGconn *pg)
{
  const char *host = PQhost(pg);
  return host && (host[0] == '/' || host[0] == '@');
}

static bool is_verified(PGconn *pg)
{
  PQconninfoOption *options = PQconninfo(pg);
  bool verified = false;
  for (PQconninfoOption *o = options; o && o->keyword; o++)
    if (strcmp(o->keyword, "sslmode") == 0)
      verified = o->val && strcmp(o->val, "verify-full") == 0;
  PQconninfoFree(options);
  return verified && PQsslInUse(pg);
}

static RESULT check_server(PGconn *pg)
{
  if (PQstatus(pg) != CONNECTION_OK)
    return db_failure_say(R_UNAVAILABLE, "%s", PQerrorMessage(pg));
  if (PQserverVersion(pg) < OLDEST_SERVER)
    return db_failure_say(R_UNAVAILABLE, "PostgreSQL %d is older than 15.20", PQserverVersion(pg));
  if (!parameter_is(pg, "server_encoding", "UTF8") || !parameter_is(pg, "client_encoding", "UTF8"))
    return db_failure_say(R_UNAVAILABLE, "the database is not encoded in UTF8");
  if (!parameter_is(pg, "is_superuser", "off"))
    return db_failure_say(R_UNAVAILABLE, "%s is a superuser: the walls would not hold", PQuser(pg));
  if (!is_local(pg) && !is_verified(pg))
    return db_failure_say(R_UNAVAILABLE, "over a network the database must be reached with sslmode=verify-full");
  return R_OK;
}

static void ignore_notice(void *unused, const PGresult *result)
{
  (void)unused;
  (void)result;
}

RESULT db_connection_open(const char *conninfo, enum db_role role, struct db_connection **ret_connection)
{
  const char *channel_binding;
  TRY(db_link_judge(conninfo, &channel_binding));
  struct db_connection *c = calloc(1, sizeof *c);
  if (!c)
    return R_NO_MEMORY;
  c->role = role;
  c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  c->pg = connect_as(conninfo, channel_binding, role);
  enum result r = c->pg && c->wake >= 0 ? check_server(c->pg) : R_NO_MEMORY;
  if (r == R_OK && (PQsetnonblocking(c->pg, 1) != 0 || !PQenterPipelineMode(c->pg)))
    r = R_NO_MEMORY;
  if (r != R_OK) {
    db_connection_close(&c);
    return r;
  }
  PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
  *ret_connection = c;
  return R_OK;
}

void db_connection_close(struct db_connection **connection)
{
  struct db_connection *c = connection ? *connection : NULL;
  if (!c)
    return;
  PQfinish(c->pg);
  if (c->wake >= 0)
    close(c->wake);
  free(c->text);
  free(c);
  *connection = NULL;
}

static RESULT lost(struct db_connection *c)
{
  c->given_up = true;
  return db_failure_say(R_UNAVAILABLE, atomic_load(&c->cancelled) ? "the call was cancelled"
                                                                  : "the connection to the database was lost");
}

/* NULL, and the connection given up, when more was sent than DB_STEPS allows. */
static struct step *step_add(struct db_connection *c, enum step_kind kind)
{
  c->given_up |= (size_t)c->steps_sent == sizeof c->steps / sizeof *c->steps;
  if (c->given_up)
    return NULL;
  struct step *step = &c->steps[c->steps_sent++];
  *step = (struct step){.kind = kind};
  return step;
}

/* Room for the texts among the values, each with a NUL behind it. */
static RESULT text_room(struct db_connection *c, const struct db_values *v)
{
  size_t room = 0;
  for (int i = 0; i < v->count; i++) {
    if (v->format[i] != 0 || !v->value[i])
      continue;
    if (memchr(v->value[i], '\0', (size_t)v->length[i]))
      return db_failure_say(R_INTERNAL, "a text value holds a NUL, which would cut it");
    room += (size_t)v->length[i] + 1;
  }
  if (room <= c->text_room)
    return R_OK;
  if (room > TEXT_MOST)
    return R_TOO_LARGE;
  char *grown = malloc(room);
  if (!grown)
    return R_NO_MEMORY;
  free(c->text);
  c->text = grown;
  c->text_room = room;
  return R_OK;
}

static RESULT send_values(struct db_connection *c, const struct statement_row *row, const struct db_values *v)
{
  const char *value[DB_VALUES];
  size_t used = 0;
  TRY(text_room(c, v));
  for (int i = 0; i < v->count; i++) {
    value[i] = v->value[i];
    if (v->format[i] != 0 || !v->value[i])
      continue;
    memcpy(c->text + used, v->value[i], (size_t)v->length[i]);
    value[i] = c->text + used;
    used += (size_t)v->length[i];
    c->text[used++] = '\0';
  }
  int sent = PQsendQueryPrepared(c->pg, row->name, v->count, value, v->length, v->format, 1);
  if (used)
    secret_wipe(c->text, used);
  return sent ? R_OK : lost(c);
}

static RESULT prepare(struct db_connection *c, enum statement statement)
{
  const struct statement_row *row = &db_statements[statement];
  struct step *step = step_add(c, STEP_PREPARE);
  if (!step)
    return lost(c);
  step->statement = statement;
  c->prepared[statement] = PREPARE_SENT;
  return PQsendPrepare(c->pg, row->name, row->text, 0, NULL) ? R_OK : lost(c);
}

RESULT db_connection_send(struct db_connection *c, enum statement statement, const struct db_values *values,
                          struct db_rows *ret_rows)
{
  const struct statement_row *row = &db_statements[statement];
  if (row->role != c->role && row->role != DB_ANY)
    return db_failure_say(R_INTERNAL, "%s is not a statement of %s", row->name, logins[c->role].user);
  if (row->parameters != values->count)
    return db_failure_say(R_INTERNAL, "%s takes %d values, not %d", row->name, row->parameters, values->count);
  if (c->prepared[statement] == NOT_PREPARED)
    TRY(prepare(c, statement));
  struct step *step = step_add(c, STEP_EXECUTE);
  if (!step)
    return lost(c);
  step->statement = statement;
  step->ret_rows = ret_rows;
  enum result r = send_values(c, row, values);
  if (r != R_OK)
    c->given_up = true; /* what was sent before has no end now */
  return r;
}

RESULT db_connection_send_scope(struct db_connection *c, const struct scope *scope)
{
  struct db_values v = {0};
  db_put_text(&v, str_of(scope->low));
  db_put_text(&v, str_of(scope->high));
  db_put_text(&v, str_of(scope->ancestors));
  db_put_text(&v, str_of(scope->consents));
  return db_connection_send(c, SQL_session_scope, &v, NULL);
}

RESULT db_connection_verb(struct db_connection *c, enum db_verb verb)
{
  static const char *const words[] = {
      [DB_BEGIN] = "BEGIN",
      [DB_BEGIN_SNAPSHOT] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      [DB_COMMIT] = "COMMIT",
      [DB_ROLLBACK] = "ROLLBACK",
      [DB_MARK] = "SAVEPOINT mark",
      [DB_FORGET] = "RELEASE SAVEPOINT mark",
      [DB_RETURN] = "ROLLBACK TO SAVEPOINT mark",
      [DB_LISTEN] = "LISTEN bailiwick_policy",
  };
  if (!step_add(c, STEP_VERB))
    return lost(c);
  c->committed = false;
  return PQsendQueryParams(c->pg, words[verb], 0, NULL, NULL, NULL, NULL, 1) ? R_OK : lost(c);
}

RESULT db_connection_flush(struct db_connection *c) { return PQsendFlushRequest(c->pg) ? R_OK : lost(c); }

RESULT db_connection_sync(struct db_connection *c)
{
  if (!step_add(c, STEP_SYNC))
    return lost(c);
  return PQpipelineSync(c->pg) ? R_OK : lost(c);
}

/* Threads that wait in PQcancel, of the whole process: a server that is stopped, or out of reach, keeps each for long. */
static atomic_uint cancels;

static void *send_cancel(void *cancel)
{
  char reason[256];
  PQcancel(cancel, reason, sizeof reason);
  PQfreeCancel(cancel);
  atomic_fetch_sub(&cancels, 1);
  return NULL;
}

static bool start_cancel(PGcancel *cancel)
{
  pthread_t thread;
  if (atomic_fetch_add(&cancels, 1) < CANCELS_MOST && pthread_create(&thread, NULL, send_cancel, cancel) == 0)
    return pthread_detach(thread) == 0;
  atomic_fetch_sub(&cancels, 1);
  return false;
}

/* The only caller of PQcancel, so that it never meets a connection that went on to somebody else: this one goes to nobody
   any more. A cancel that cannot be sent is left out; the connection is given up all the same. */
static void cancel(struct db_connection *c)
{
  atomic_store(&c->cancelled, true);
  PGcancel *cancel = PQgetCancel(c->pg);
  if (cancel && !start_cancel(cancel))
    PQfreeCancel(cancel);
}

static int milliseconds_until(int64_t deadline)
{
  if (deadline == 0)
    return -1;
  int64_t left = (deadline - clock_monotonic() + 999) / 1000;
  return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* What a receive is about. */
struct receiving {
  struct db_connection *c;
  struct arena *arena;
  int64_t deadline;
  bool cancelling;
  enum result failure; /* the first one */
};

static void heed_deadline(struct receiving *in, bool woken)
{
  bool late = in->deadline && clock_monotonic() >= in->deadline;
  if (in->cancelling)
    in->c->given_up = late;
  if (in->cancelling || !(late || woken))
    return;
  cancel(in->c);
  in->cancelling = true;
  in->deadline = clock_monotonic() + GRACE_SECONDS * CLOCK_SECOND;
}

/* Waits for the socket. The first time that the deadline passes, or that somebody cancels, the statement is cancelled
   and has GRACE_SECONDS left to say so; then the connection is given up. */
static RESULT wait_for_input(struct receiving *in)
{
  PGconn *pg = in->c->pg;
  if (PQstatus(pg) != CONNECTION_OK)
    return lost(in->c);
  bool unsent = PQflush(pg) == 1;
  struct pollfd fds[] = {{PQsocket(pg), (short)(unsent ? POLLIN | POLLOUT : POLLIN), 0},
                         {in->cancelling ? -1 : in->c->wake, POLLIN, 0}};
  int ready = poll(fds, 2, milliseconds_until(in->deadline));
  if (ready < 0 && errno != EINTR)
    return lost(in->c);
  heed_deadline(in, ready > 0 && fds[1].revents);
  if (in->c->given_up)
    return lost(in->c);
  /* When the server is gone, its last word ("terminating connection ...") may still be there to be read. */
  if (!PQconsumeInput(pg) && PQisBusy(pg))
    return lost(in->c);
  return R_OK;
}

static void release(void *result) { PQclear(result); }

static void release_wiped(void *result)
{
  for (int row = 0; row < PQntuples(result); row++)
    for (int column = 0; column < PQnfields(result); column++)
      if (PQgetlength(result, row, column) > 0)
        secret_wipe(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
  PQclear(result);
}

/* Hands the result to the arena. */
static RESULT keep(struct receiving *in, PGresult *result, struct db_rows *ret_rows)
{
  void (*const release_it)(void *) = in->c->role == DB_AUTH ? release_wiped : release;
  if (!arena_on_free(in->arena, release_it, result)) {
    release_it(result);
    return R_NO_MEMORY;
  }
  unsigned long long changed = 0;
  (void)str_number(str_of(PQcmdTuples(result)), INT32_MAX, &changed);
  *ret_rows = (struct db_rows){result, PQntuples(result), (int)changed};
  return R_OK;
}

/* Takes the answer to a step; its failure counts when it is the first. */
static void settle(struct receiving *in, struct step step, PGresult *result)
{
  struct db_connection *c = in->c;
  ExecStatusType status = PQresultStatus(result);
  bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
  if (!good && status != PGRES_PIPELINE_ABORTED && in->failure == R_OK)
    in->failure = db_failure_of(result);
  if (step.kind == STEP_PREPARE)
    c->prepared[step.statement] = good ? PREPARED : NOT_PREPARED;
  if (step.kind == STEP_VERB && good)
    c->committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
  if (!good || !step.ret_rows) {
    release_wiped(result);
    return;
  }
  enum result r = keep(in, result, step.ret_rows);
  if (in->failure == R_OK)
    in->failure = r;
}

static RESULT next_result(struct receiving *in, PGresult **ret_result)
{
  while (PQisBusy(in->c->pg))
    TRY(wait_for_input(in));
  *ret_result = PQgetResult(in->c->pg);
  return R_OK;
}

/* Reads the answer to one step: a result and the NULL behind it, or what a sync gives. Fails when the connection does.
 */
static RESULT receive_step(struct receiving *in, struct step step)
{
  PGresult *result = NULL;
  TRY(next_result(in, &result));
  if (!result)
    return lost(in->c);
  ExecStatusType status = PQresultStatus(result);
  settle(in, step, result);
  if (PQstatus(in->c->pg) != CONNECTION_OK || (step.kind == STEP_SYNC) != (status == PGRES_PIPELINE_SYNC))
    return in->failure == R_OK ? lost(in->c) : in->failure;
  if (step.kind == STEP_SYNC)
    return R_OK;
  TRY(next_result(in, &result));
  PQclear(result);
  return result ? lost(in->c) : R_OK;
}

RESULT db_connection_receive(struct db_connection *c, struct arena *arena, int64_t deadline)
{
  struct receiving in = {c, arena, deadline, false, R_OK};
  if (db_connection_lost(c))
    return lost(c);
  for (int i = 0; i < c->steps_sent; i++) {
    enum result r = receive_step(&in, c->steps[i]);
    if (r != R_OK) {
      c->given_up = true;
      return in.failure == R_OK ? r : in.failure;
    }
  }
  c->steps_sent = 0;
  return in.failure;
}

/* Takes what has been told so far. */
static bool told(PGconn *pg)
{
  bool any = false;
  for (PGnotify *notify; (notify = PQnotifies(pg)); any = true)
    PQfreemem(notify);
  return any;
}

RESULT db_connection_await(struct db_connection *c, int64_t deadline)
{
  while (!db_connection_lost(c) && !told(c->pg)) {
    struct pollfd fds[] = {{PQsocket(c->pg), POLLIN, 0}, {c->wake, POLLIN, 0}};
    int ready = poll(fds, 2, milliseconds_until(deadline));
    if (ready == 0)
      return R_OK;
    if (ready < 0 && errno != EINTR)
      return lost(c);
    if (ready > 0 && fds[0].revents && !PQconsumeInput(c->pg))
      return lost(c);
  }
  return db_connection_lost(c) ? lost(c) : R_OK;
}

int db_connection_pending(const struct db_connection *c) { return c->steps_sent; }

bool db_connection_committed(const struct db_connection *c) { return c->committed; }

bool db_connection_lost(const struct db_connection *c)
{
  return c->given_up || atomic_load(&c->cancelled) || PQstatus(c->pg) != CONNECTION_OK;
}

bool db_connection_idle(const struct db_connection *c)
{
  return !db_connection_lost(c) && c->steps_sent == 0 && PQtransactionStatus(c->pg) == PQTRANS_IDLE;
}

bool db_connection_alive(struct db_connection *c)
{
  struct pollfd fd = {PQsocket(c->pg), POLLIN, 0};
  while (poll(&fd, 1, 0) != 0) /* a last word comes before the end of the stream */
    if (!PQconsumeInput(c->pg) || PQisBusy(c->pg) || PQstatus(c->pg) != CONNECTION_OK)
      return false;
  return true;
}

void db_connection_cancel(struct db_connection *c)
{
  atomic_store(&c->cancelled, true);
  ssize_t ignored = write(c->wake, &(uint64_t){1}, sizeof(uint64_t));
  (void)ignored; /* the counter cannot be full: it is written once or twice in its life */
}

RESULT db_connection_script(struct db_connection *c, const char *script)
{
  if (!PQexitPipelineMode(c->pg))
    return lost(c);
  PGresult *result = PQexec(c->pg, script);
  enum result r = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK
                      ? R_OK
                      : db_failure_of(result);
  PQclear(result);
  return PQenterPipelineMode(c->pg) ? r : lost(c);
}
