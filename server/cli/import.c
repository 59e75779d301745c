/* Goes through the lines of a file, applies each by itself, and says what became of it.
   Trusts: nothing of the file; of the environment that it is the caller's. */
#include "cli/import.h"
#include "import/apply.h"
#include "cli/lines.h"
#include "cli/process.h"
#include "db/tx.h"
#include "domain/refusal.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_ARENA = 64 << 20, REFUSALS = 256, PAUSE = 200000, PROGRESS = 250000 };
static const int64_t patience = 30 * CLOCK_SECOND;

enum { DONE = 0, SOME_REFUSED = 2, NOT_DONE = 3 };

/* What the caller gives, read before anything else. */
struct input {
  int file;
  struct str client_id, client_secret; /* .p NULL: the operator */
};

struct import {
  struct cli_process process;
  struct cli_lines *lines;
  struct import_actor actor;
  struct import_apply apply;
  struct domain_refusal *refusals;
  unsigned long long rows, refused, effects[IMPORT__EFFECTS];
  bool terminal;
  int64_t shown_at;
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

static bool read_input(const char *file, struct arena *arena, struct input *ret_input)
{
  struct input input = {.file = STDIN_FILENO, .client_id = str_of(getenv("BAILIWICK_CLIENT_ID"))};
  if (!read_secret(arena, &input.client_secret))
    return false;
  if (!input.client_id.p != !input.client_secret.p)
    return say_no("BAILIWICK_CLIENT_ID", "needs BAILIWICK_CLIENT_SECRET, and the other way round");
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

static void show_progress(struct import *i)
{
  int64_t now = clock_monotonic();
  if (!i->terminal || now < i->shown_at + PROGRESS)
    return;
  i->shown_at = now;
  fprintf(stderr, "\r\033[K%llu lines, %llu refused", i->rows, i->refused);
}

static void report(struct import *i, const struct import_row *row, enum result r, struct str about)
{
  wipe_progress(i);
  printf("line %llu: ", cli_lines_number(i->lines));
  if (row->kind != IMPORT_ROW_NONE && row->name.p)
    printf("%s %.*s: ", import_row_kind_name(row->kind), (int)row->name.n, row->name.p);
  printf("%s%s%.*s\n", result_row(r)->code, about.p ? ": " : "", (int)about.n, about.p ? about.p : "");
  if (r == R_INTERNAL)
    log_line(LOG_ERROR, "import: line %llu: %s", cli_lines_number(i->lines), db_last_error());
}

static void summarise(const struct import *i)
{
  wipe_progress(i);
  printf("%llu lines: %llu created, %llu updated, %llu unchanged, %llu refused\n", i->rows, i->effects[IMPORT_CREATED],
         i->effects[IMPORT_UPDATED], i->effects[IMPORT_UNCHANGED], i->refused);
  fflush(stdout);
}

/* One line. */

static void remember(struct import *i, const char *action, enum result r)
{
  struct domain_refusal_event event = {.actor = i->actor.who, .action = action, .reason = r};
  if (import_apply_keeps_out(r))
    domain_refusal_put(i->refusals, &event);
}

/* The process has no thread that takes signals: they stay pending until somebody looks. */
static bool stopped(void)
{
  sigset_t pending;
  return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM));
}

/* The database may be away for a while; nothing is done twice, since every try begins with a look. */
static bool worth_waiting(enum result r)
{
  return r == R_UNAVAILABLE || r == R_AGAIN || r == R_BUSY || r == R_OUTCOME_UNKNOWN;
}

static bool breaks_off(enum result r) { return worth_waiting(r) || r == R_UNAUTHENTICATED; }

static RESULT apply(struct import *i, const struct import_row *row, struct arena *arena, struct str *ret_about)
{
  struct import_applied applied;
  int64_t until = clock_monotonic() + patience;
  enum result r = import_apply(&i->apply, row, arena, &applied);
  while (worth_waiting(r) && clock_monotonic() < until && !stopped()) {
    usleep(PAUSE);
    r = import_apply(&i->apply, row, arena, &applied);
  }
  if (r == R_OK)
    i->effects[applied.effect]++;
  else
    remember(i, import_apply_action(row->kind), r);
  *ret_about = applied.about;
  return r;
}

static bool is_blank(struct str line)
{
  for (size_t i = 0; i < line.n; i++)
    if (!memchr(" \t\r", line.p[i], 3))
      return false;
  return true;
}

static RESULT do_line(struct import *i, struct str line, enum result read)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(LINE_ARENA);
  struct import_row row = {0};
  struct str about = STR_NONE;
  if (!arena)
    return R_NO_MEMORY;
  if (read == R_OK && is_blank(line))
    return R_OK;
  i->rows++;
  enum result r = read == R_OK ? import_row_read(line, i->apply.mode, arena, &row, &about) : read;
  if (r == R_OK)
    r = apply(i, &row, arena, &about);
  if (r != R_OK) {
    i->refused++;
    report(i, &row, r, about);
  }
  show_progress(i);
  return breaks_off(r) ? r : R_OK;
}

/* R_OK when the whole file was gone through. */
static RESULT do_lines(struct import *i)
{
  struct str line;
  for (enum result r = cli_lines_next(i->lines, &line); r != R_NOT_FOUND; r = cli_lines_next(i->lines, &line)) {
    if (r != R_OK && r != R_TOO_LARGE)
      return r;
    TRY(do_line(i, line, r));
    if (stopped())
      return R_BUSY;
  }
  return R_OK;
}

/* The whole. */

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

static RESULT prepare(struct import *i, const struct settings *settings, const struct input *input, struct arena *arena)
{
  TRY(cli_lines_open(input->file, arena, &i->lines));
  TRY(cli_process_open(settings, CLI_COMMAND, arena, &i->process));
  TRY(domain_refusal_open(&i->process.domain, REFUSALS, &i->refusals));
  TRY(sign_in(i, input, arena));
  i->apply.actor = &i->actor;
  i->terminal = isatty(STDERR_FILENO);
  return import_memo_new(arena, &i->apply.memo);
}

static void close_all(struct import *i)
{
  if (i->actor.domain)
    import_actor_close(&i->actor);
  domain_refusal_close(&i->refusals);
  cli_process_close(&i->process);
}

int cli_import(const struct settings *settings, const char *file, struct arena *arena)
{
  struct import import = {0};
  struct input input = {0};
  if (!read_input(file, arena, &input))
    return NOT_DONE;
  enum result r = prepare(&import, settings, &input, arena);
  if (r != R_OK) {
    say_no("not started", result_row(r)->code);
    close_all(&import);
    return NOT_DONE;
  }
  r = do_lines(&import);
  summarise(&import);
  if (r != R_OK)
    fprintf(stderr, "bailiwick import: broken off at line %llu: %s\n", cli_lines_number(import.lines),
            stopped() ? "stopped" : result_row(r)->code);
  close_all(&import);
  if (r != R_OK)
    return NOT_DONE;
  return import.refused ? SOME_REFUSED : DONE;
}
