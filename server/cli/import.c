/* Puts a file into a job, runs it, and says what became of it.
   Trusts: nothing of the file; of the environment that it is the caller's. */
#include "cli/import.h"
#include "cli/order.h"
#include "cli/process.h"
#include "cli/tenant.h"
#include "domain/refusal.h"
#include "import/apply.h"
#include "import/local.h"
#include "json/parse.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  PIECE = 1 << 20,
  PIECE_ARENA = 16 << 20,
  STEP_ARENA = 192 << 20,
  LOOK_ARENA = 4 << 20,
  REFUSALS = 256,
  PAUSE = 20000,
  PROGRESS = 250000
};
static const int64_t patience = 30 * CLOCK_SECOND;

enum { DONE = 0, SOME_REFUSED = 2, NOT_DONE = 3 };

/* What the caller gives, read before anything else. */
struct input {
  struct cli_order order;
  int file;
  struct str client_id, client_secret; /* .p NULL: the operator */
};

struct import {
  struct cli_process process;
  struct import_actor actor;
  struct domain_refusal *refusals;
  struct import_job_new order;
  struct import_local local;
  bool terminal;
  int64_t shown_at, rows, refused;
  struct arena *looked;
  const struct json *job; /* once it has ended */
};

/* Input. */

static bool say_no(const char *what, const char *why)
{
  fprintf(stderr, "bailiwick import: %s: %s\n", what, why);
  return false;
}

static bool read_secret(struct arena *arena, struct str *ret_secret)
{
  const char *secret = getenv("BAILIWICK_CLIENT_SECRET"), *path = getenv("BAILIWICK_CLIENT_SECRET_FILE");
  if (secret && path)
    return say_no("BAILIWICK_CLIENT_SECRET", "given twice");
  if (path)
    return cli_setting_file(path, arena, ret_secret) == R_OK ||
           say_no("BAILIWICK_CLIENT_SECRET_FILE", "cannot be read");
  *ret_secret = str_of(secret);
  return true;
}

static bool read_input(int count, char **words, struct arena *arena, struct input *ret_input)
{
  struct input input = {.file = STDIN_FILENO, .client_id = str_of(getenv("BAILIWICK_CLIENT_ID"))};
  struct str wrong;
  if (cli_order_read(count, words, arena, &input.order, &wrong) != R_OK) {
    fputs("usage: bailiwick import FILE [--option value ...] [--setting value ...]\n", stderr);
    return say_no("wrong words", wrong.p);
  }
  if (!read_secret(arena, &input.client_secret))
    return false;
  if (!input.client_id.p != !input.client_secret.p)
    return say_no("BAILIWICK_CLIENT_ID", "needs BAILIWICK_CLIENT_SECRET, and the other way round");
  const char *file = input.order.file.p;
  if (strcmp(file, "-") != 0)
    input.file = open(file, O_RDONLY | O_CLOEXEC);
  if (input.file < 0)
    return say_no(file, "cannot be read");
  *ret_input = input;
  return true;
}

/* Saying what happens. */

static void wipe_progress(const struct import *i)
{
  if (i->terminal)
    fputs("\r\033[K", stderr);
}

static void show_progress(struct import *i, const struct import_stepped *stepped)
{
  int64_t now = clock_monotonic();
  i->rows += stepped->rows;
  i->refused += stepped->refused;
  if (!i->terminal || now < i->shown_at + PROGRESS)
    return;
  i->shown_at = now;
  fprintf(stderr, "\r\033[K%lld lines, %lld refused", (long long)i->rows, (long long)i->refused);
}

/* What a row said may stand in it, and goes to somebody's terminal. */
static void print_text(struct str text)
{
  for (size_t i = 0; i < text.n; i++)
    putchar(text.p[i] >= ' ' && text.p[i] < 0x7F ? text.p[i] : '?');
}

static RESULT print_refused(struct str line, struct arena *arena)
{
  static const char *const members[] = {"code", "field", "message"};
  const struct json *row;
  int64_t number = 0;
  TRY(json_parse(line, arena, &row));
  (void)json_int(json_member(row, "line"), &number);
  if (number > 0)
    printf("line %lld", (long long)number);
  else /* what no line names */
    print_text(json_str(json_member(row, "id")));
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    struct str text = json_str(json_member(row, members[i]));
    fputs(text.n ? ": " : "", stdout);
    print_text(text);
  }
  putchar('\n');
  return R_OK;
}

static RESULT report(const struct import *i, int64_t *place)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(STEP_ARENA);
  struct str lines;
  if (!arena)
    return R_NO_MEMORY;
  TRY(import_local_refused(&i->local, *place, arena, &lines, place));
  while (lines.n > 0)
    TRY(print_refused(str_cut(&lines, '\n'), arena));
  return R_OK;
}

static int64_t number_of(const struct json *object, const char *member)
{
  int64_t number = 0;
  (void)json_int(json_member(object, member), &number);
  return number;
}

static RESULT summarise(const struct import *i)
{
  static const char *const names[] = {"created", "updated", "unchanged", "removed", "refused"};
  const struct json *counts = json_member(i->job, "counts");
  /* What sync removes stands on no line. */
  int64_t place = 0, lines = str_is(i->order.mode, "sync") ? -number_of(counts, "removed") : 0;
  wipe_progress(i);
  do
    TRY(report(i, &place));
  while (place > 0);
  for (size_t n = 0; n < sizeof names / sizeof *names; n++)
    lines += number_of(counts, names[n]);
  printf("%lld lines", (long long)lines);
  for (size_t n = 0; n < sizeof names / sizeof *names; n++)
    printf("%s %lld %s", n ? "," : ":", (long long)number_of(counts, names[n]), names[n]);
  putchar('\n');
  fflush(stdout);
  return R_OK;
}

/* Sending. */

/* The process has no thread that takes signals: they stay pending until somebody looks. */
static bool stopped(void)
{
  sigset_t pending;
  return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM));
}

/* As much as there is room for; *ret_n is less at the end alone. */
static RESULT read_piece(int file, char *bytes, size_t *ret_n)
{
  size_t n = 0;
  while (n < PIECE) {
    ssize_t got = read(file, bytes + n, PIECE - n);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return R_UNAVAILABLE;
    if (got == 0)
      break;
    n += (size_t)got;
  }
  *ret_n = n;
  return R_OK;
}

static RESULT send_piece(struct import *i, int file, bool *ret_more)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PIECE_ARENA);
  char *bytes = arena ? arena_alloc(arena, PIECE) : NULL;
  size_t n;
  if (!bytes)
    return R_NO_MEMORY;
  TRY(read_piece(file, bytes, &n));
  if (n > 0)
    TRY(import_local_fill(&i->local, (struct str){bytes, n}, arena));
  *ret_more = n == PIECE;
  return R_OK;
}

static RESULT send_all(struct import *i, int file, struct arena *arena)
{
  bool more = true;
  while (more) {
    TRY(send_piece(i, file, &more));
    if (stopped())
      return R_BUSY;
  }
  return import_local_start(&i->local, arena);
}

/* A job that is not started has no other end. */
static RESULT send_file(struct import *i, int file, struct arena *arena)
{
  TRY(import_local_open(&i->actor, &i->order, i->refusals, arena, &i->local));
  enum result r = send_all(i, file, arena);
  if (r != R_OK)
    (void)!import_local_cancel(&i->local, arena); /* one that stays open is removed with those that were left */
  return r;
}

/* Running. */

/* R_AGAIN: it goes on. */
static RESULT look(struct import *i)
{
  struct store_object object;
  const struct json *job;
  arena_free(&i->looked);
  i->looked = arena_new(LOOK_ARENA);
  if (!i->looked)
    return R_NO_MEMORY;
  TRY(import_local_look(&i->local, i->looked, &object));
  TRY(json_parse(object.body, i->looked, &job));
  if (!json_str(json_member(job, "ended_at")).p)
    return R_AGAIN;
  i->job = job;
  return R_OK;
}

static RESULT step(struct import *i)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(STEP_ARENA);
  struct import_stepped stepped;
  if (!arena)
    return R_NO_MEMORY;
  enum result r = import_local_step(&i->local, arena, &stepped);
  if (r == R_OK)
    show_progress(i, &stepped);
  return r;
}

/* Where another process is at it as well, that one's steps are waited for. The database may be away for a while. */
static RESULT run_job(struct import *i)
{
  int64_t until = clock_monotonic() + patience;
  while (!stopped()) {
    enum result r = step(i);
    if (r == R_NOT_FOUND)
      r = look(i);
    else if (r == R_OK)
      until = clock_monotonic() + patience;
    if (r == R_OK && i->job)
      return R_OK;
    if (r != R_OK && r != R_AGAIN && clock_monotonic() > until)
      return r;
    if (r != R_OK)
      usleep(PAUSE);
  }
  return R_BUSY;
}

/* What was applied stays. Whoever was stopped leaves nothing behind that somebody else would go on with. */
static RESULT run_to_end(struct import *i, struct arena *arena)
{
  enum result r = run_job(i);
  if (r != R_OK && stopped()) {
    enum result cancelled = import_local_cancel(&i->local, arena);
    r = cancelled == R_OK || cancelled == R_CONFLICT ? look(i) : cancelled;
  }
  return r;
}

/* The whole. */

static void remember(struct import *i, const char *action, enum result r)
{
  struct domain_refusal_event event = {.actor = i->actor.who, .action = action, .reason = r};
  if (import_apply_keeps_out(r))
    domain_refusal_put(i->refusals, &event);
}

static RESULT sign_in(struct import *i, const struct input *input, struct arena *arena)
{
  const struct domain *domain = &i->process.domain;
  if (!input->client_id.p)
    return import_actor_operator(domain, arena, &i->actor);
  i->actor.who = (struct domain_actor){.kind = DOMAIN_ACTOR_ANONYMOUS};
  enum result r = import_actor_client(domain, input->client_id, input->client_secret, arena, &i->actor);
  remember(i, "issueClientToken", r);
  return r;
}

static RESULT find_place(struct import *i, const struct cli_order *order, struct arena *arena)
{
  i->order = order->job;
  i->order.tenant = i->actor.home;
  return order->tenant.p ? cli_tenant_find(&i->process.domain, order->tenant, arena, &i->order.tenant) : R_OK;
}

static RESULT prepare(struct import *i, const struct settings *settings, const struct input *input, struct arena *arena)
{
  i->terminal = isatty(STDERR_FILENO);
  TRY(cli_process_open(settings, CLI_COMMAND, arena, &i->process));
  TRY(domain_refusal_open(&i->process.domain, REFUSALS, &i->refusals));
  TRY(sign_in(i, input, arena));
  TRY(find_place(i, &input->order, arena));
  return send_file(i, input->file, arena);
}

static void close_all(struct import *i)
{
  if (i->actor.domain)
    import_actor_close(&i->actor);
  arena_free(&i->looked);
  domain_refusal_close(&i->refusals);
  cli_process_close(&i->process);
}

/* How it ended, by the job: one that a refused row stops has refused some. */
static int conclude(const struct import *i)
{
  struct str state = json_str(json_member(i->job, "state")), code = json_str(json_member(i->job, "code"));
  bool refused = number_of(json_member(i->job, "counts"), "refused") > 0;
  if (str_is(state, "done"))
    return refused ? SOME_REFUSED : DONE;
  fprintf(stderr, "bailiwick import: broken off at line %lld: %.*s\n", (long long)number_of(i->job, "line") - 1,
          (int)(code.p ? code.n : sizeof "stopped" - 1), code.p ? code.p : "stopped");
  return refused && str_is(state, "stopped") ? SOME_REFUSED : NOT_DONE;
}

int cli_import(const struct settings *settings, int count, char **words, struct arena *arena)
{
  struct import import = {0};
  struct input input = {0};
  int status = NOT_DONE;
  if (!read_input(count, words, arena, &input))
    return NOT_DONE;
  enum result r = prepare(&import, settings, &input, arena);
  if (r != R_OK) {
    say_no("not started", stopped() ? "stopped" : result_row(r)->code);
    close_all(&import);
    return NOT_DONE;
  }
  r = run_to_end(&import, arena);
  if (r == R_OK)
    r = summarise(&import);
  if (r == R_OK)
    status = conclude(&import);
  else
    say_no("broken off", result_row(r)->code);
  close_all(&import);
  return status;
}
