/* Runs one command. Trusts: nothing of its words. */
#include "client/run.h"
#include "base/uuid.h"
#include "client/branch.h"
#include "client/completion.h"
#include "client/download.h"
#include "client/manual.h"
#include "client/pages.h"
#include "client/reference.h"
#include "client/say.h"
#include "client/show.h"
#include "client/text.h"
#include "client/upload.h"
#include "client/watch.h"
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { ARENA_MOST = 512 << 20, PAGE_ARENA = 256 << 20, USAGE_MOST = 64 * 1024, TEXT_MOST = 1 << 20, EVENTS = 20 };

struct run {
  struct arena *arena;
  struct client_order *order;
  struct client_account *account;
  const struct client_program *program;
  bool json, unicode;
};

static int not_understood(void)
{
  client_say("what answered is no Bailiwick");
  return CLIENT_NOT_STARTED;
}

static int ended(enum result r)
{
  if (r == R_MALFORMED || r == R_TOO_LARGE)
    return not_understood();
  if (r == R_OK)
    return CLIENT_DONE;
  return r == R_NOT_FOUND ? CLIENT_REFUSED : CLIENT_NOT_STARTED;
}

/* Lists. */

static unsigned long long limit_of(const struct run *run, unsigned long long otherwise)
{
  unsigned long long limit = otherwise;
  (void)str_number(client_order_value(run->order, "limit"), LLONG_MAX, &limit);
  return limit;
}

static struct client_pages pages_of(struct run *run)
{
  return (struct client_pages){.account = run->account,
                               .target = client_order_target(run->order, 0, run->arena),
                               .single = run->order->verb->kind == CLIENT_WHOLE};
}

/* How a command ends whose list came to an end. */
static int listed(enum result r)
{
  if (r == R_NOT_FOUND)
    return CLIENT_DONE;
  return r == R_FORBIDDEN ? CLIENT_REFUSED : ended(r);
}

/* In memory that is given back: a list has no end that could be foreseen. */
static RESULT show_next(struct client_pages *pages, struct client_show *show)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PAGE_ARENA);
  struct str page;
  if (!arena)
    return R_NO_MEMORY;
  TRY(client_pages_next(pages, arena, &page));
  return client_show_page(show, page, arena);
}

static int run_list(struct run *run)
{
  struct client_show show = {
      .columns = client_command_columns(run->order->verb), .json = run->json, .left = limit_of(run, ULLONG_MAX)};
  struct client_pages pages = pages_of(run);
  enum result r = R_OK;
  while (r == R_OK)
    r = show.left > 0 ? show_next(&pages, &show) : R_NOT_FOUND;
  return listed(r);
}

/* One thing, or several one after the other. */

static int do_one(struct run *run, size_t i)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PAGE_ARENA);
  struct client_reply reply;
  const struct client_verb *verb = run->order->verb;
  struct client_request request = {.method = verb->method, .target = client_order_target(run->order, i, arena)};
  enum result r = client_order_body(run->order, arena, &request.body);
  if (r == R_UNAVAILABLE)
    client_say("a file cannot be read, or is too large");
  if (r != R_OK || !request.target.p)
    return CLIENT_NOT_STARTED;
  if (strcmp(verb->method, "POST") == 0 && client_account_key(arena, &request.once) != R_OK)
    return CLIENT_NOT_STARTED;
  if (client_account_call(run->account, request, arena, &reply) != R_OK)
    return CLIENT_NOT_STARTED;
  if (reply.status < 200 || reply.status > 299) {
    const char *about = run->order->id_count > 1 ? arena_copy(arena, run->order->ids[i]).p : "";
    client_say_problem(about ? about : "", reply.status, reply.body, reply.request_id);
    return CLIENT_REFUSED;
  }
  if (reply.body.n > 0 && client_show_thing(reply.body, run->json, arena) != R_OK)
    return not_understood();
  return CLIENT_DONE;
}

static int run_each(struct run *run)
{
  size_t count = client_command_many(run->order->verb) ? run->order->id_count : 1, refused = 0;
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && !run->json && run->order->verb->kind != CLIENT_END)
      putchar('\n');
    int status = do_one(run, i);
    if (status == CLIENT_NOT_STARTED)
      return i == 0 ? CLIENT_NOT_STARTED : CLIENT_SOME_REFUSED;
    refused += status == CLIENT_REFUSED;
  }
  if (refused == 0)
    return CLIENT_DONE;
  return refused == count ? CLIENT_REFUSED : CLIENT_SOME_REFUSED;
}

/* Sessions. */

static int run_login(struct run *run)
{
  struct client_login login = {.tenant = client_order_value(run->order, "tenant"),
                               .login = client_order_value(run->order, "login"),
                               .audience = client_order_value(run->order, "audience")};
  enum result r = client_account_log_in(run->account, &login);
  if (r == R_NOT_FOUND || r == R_TOO_LARGE)
    client_say("an answer is missing, or too long");
  return r == R_OK ? CLIENT_DONE : r == R_LOGIN_FAILED ? CLIENT_REFUSED : CLIENT_NOT_STARTED;
}

static int run_logout(struct run *run)
{
  enum result r = client_account_log_out(run->account);
  if (r == R_NOT_FOUND)
    client_say("no session");
  return r == R_OK ? CLIENT_DONE : CLIENT_NOT_STARTED;
}

/* Pictures. */

static int run_tree(struct run *run)
{
  struct client_pages pages = pages_of(run);
  if (run->order->id_count == 0)
    pages.target = STR("/v1/tenants");
  return listed(client_branch_show(&pages, run->unicode, run->arena));
}

/* Files. */

static bool is_csv(struct str file) { return file.n > 4 && strcasecmp(file.p + file.n - 4, ".csv") == 0; }

static int run_import(struct run *run)
{
  struct client_upload upload = {.file = run->order->ids[0],
                                 .tenant_id = client_order_value(run->order, "tenant"),
                                 .resume = client_order_value(run->order, "resume"),
                                 .json = run->json};
  struct client_upload_outcome outcome;
  if (is_csv(upload.file))
    client_order_suppose(run->order, "format", STR("csv"));
  if (client_order_body(run->order, run->arena, &upload.order) != R_OK)
    return CLIENT_NOT_STARTED;
  if (!upload.tenant_id.p && client_reference_home(run->account, run->arena, &upload.tenant_id) != R_OK)
    return CLIENT_NOT_STARTED;
  enum result r = client_upload_run(run->account, &upload, run->arena, &outcome);
  if (r != R_OK)
    return r == R_FORBIDDEN ? CLIENT_REFUSED : CLIENT_NOT_STARTED;
  if (outcome.refused > 0)
    return CLIENT_SOME_REFUSED;
  return outcome.done ? CLIENT_DONE : CLIENT_REFUSED;
}

static int run_export(struct run *run)
{
  struct str target = client_order_target(run->order, 0, run->arena);
  enum result r = client_download_run(run->account, target, run->arena);
  if (r != R_OK)
    return r == R_FORBIDDEN ? CLIENT_REFUSED : CLIENT_NOT_STARTED;
  return CLIENT_DONE;
}

static int run_tail(struct run *run)
{
  struct client_watch watch = {
      .json = run->json, .follow = client_order_value(run->order, "follow").p, .first = limit_of(run, EVENTS)};
  struct client_pages pages = pages_of(run);
  return listed(client_watch_run(&watch, &pages, run->arena));
}

/* What is made of the table. */

static int print(struct buf *text)
{
  struct str all = buf_str(text);
  if (!all.p || fwrite(all.p, 1, all.n, stdout) != all.n || fflush(stdout) != 0)
    return CLIENT_NOT_STARTED;
  return CLIENT_DONE;
}

static int run_completion(struct run *run)
{
  struct buf text = buf_in(run->arena, TEXT_MOST);
  client_completion_put(run->program->commands, &text);
  return print(&text);
}

static int run_manual(struct run *run)
{
  struct buf text = buf_in(run->arena, TEXT_MOST);
  client_manual_put(run->program, &text);
  return print(&text);
}

/* The whole. */

static int usage(const struct client_order *order, FILE *out, struct arena *arena)
{
  struct buf text = buf_in(arena, USAGE_MOST);
  buf_put(&text, STR("usage: bailiwick "));
  client_command_put(order->verb, &text);
  const struct client_member *member;
  for (size_t i = 0; (member = client_command_member(i)); i++)
    if (member->place != CLIENT_FIXED && client_command_takes(order->verb, member)) {
      buf_put(&text, STR("\n  "));
      client_command_put_option(member, &text);
      buf_print(&text, "  %s", member->help);
    }
  struct str all = buf_str(&text);
  fprintf(out, "%.*s\n", (int)all.n, all.p ? all.p : "");
  return out == stdout ? CLIENT_DONE : CLIENT_NOT_STARTED;
}

/* What there is of a noun, where the verb behind it is missing, or none of it. */
static int list_verbs(struct str noun, struct arena *arena)
{
  struct buf text = buf_in(arena, USAGE_MOST);
  const struct client_verb *verb;
  for (size_t i = 0; (verb = client_command_verb(i)); i++) {
    if (!str_is(noun, verb->noun))
      continue;
    buf_put(&text, STR("  "));
    client_command_put(verb, &text);
    buf_put_char(&text, '\n');
  }
  struct str all = buf_str(&text);
  fprintf(stderr, "%.*s", (int)all.n, all.p ? all.p : "");
  return CLIENT_NOT_STARTED;
}

static int (*const handlers[CLIENT__KINDS])(struct run *run) = {
    [CLIENT_LIST] = run_list,
    [CLIENT_WHOLE] = run_list,
    [CLIENT_SHOW] = run_each,
    [CLIENT_MAKE] = run_each,
    [CLIENT_CHANGE] = run_each,
    [CLIENT_END] = run_each,
    [CLIENT_LOGIN] = run_login,
    [CLIENT_LOGOUT] = run_logout,
    [CLIENT_TREE] = run_tree,
    [CLIENT_TAIL] = run_tail,
    [CLIENT_COMPLETION] = run_completion,
    [CLIENT_MANUAL] = run_manual,
    [CLIENT_IMPORT] = run_import,
    [CLIENT_EXPORT] = run_export,
};

static const char *said(const struct client_order *order, const char *option, const char *variable)
{
  struct str text = client_order_value(order, option);
  const char *from = text.p ? text.p : getenv(variable);
  return from && from[0] ? from : NULL;
}

static int run_order(struct run *run)
{
  bool alone = run->order->verb->kind == CLIENT_COMPLETION || run->order->verb->kind == CLIENT_MANUAL;
  if (alone) /* it asks nobody */
    return handlers[run->order->verb->kind](run);
  struct client_account_config config = {.url = said(run->order, "url", "BAILIWICK_URL"),
                                         .ca_file = said(run->order, "ca", "BAILIWICK_CA"),
                                         .credential_file = said(run->order, "client_file", "BAILIWICK_CLIENT_FILE")};
  enum result r = client_account_open(&config, run->arena, &run->account);
  if (r == R_OK && run->order->verb->path)
    r = client_reference_resolve(run->account, run->order, run->arena);
  int status = r == R_OK ? handlers[run->order->verb->kind](run) : ended(r);
  client_account_close(&run->account);
  return status;
}

/* The process blocks signals for whoever serves; here they end it as anywhere. */
static void take_signals(void)
{
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

bool client_run_knows(const char *name) { return client_command_has_noun(str_of(name)); }

bool client_run_has_service(int count, char **words)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  const char *url = getenv("BAILIWICK_URL"), *path;
  struct client_session session;
  for (int i = 0; i < count; i++)
    if (strcmp(words[i], "--url") == 0 || strncmp(words[i], "--url=", 6) == 0)
      return true;
  if (url && url[0])
    return true;
  return arena && client_session_path("session", arena, &path) == R_OK &&
         client_session_read(path, arena, &session) == R_OK;
}

int client_run(int count, char **words, const struct client_program *program)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  struct str wrong = STR_NONE;
  struct client_order *order = arena ? arena_alloc(arena, sizeof *order) : NULL;
  if (!order)
    return CLIENT_NOT_STARTED;
  bool unicode = client_text_open();
  take_signals();
  enum result r = client_order_read(count, words, arena, order, &wrong);
  if (r != R_OK) {
    client_say("%.*s", (int)wrong.n, wrong.p ? wrong.p : "");
    return order->verb ? usage(order, stderr, arena) : list_verbs(str_of(count > 0 ? words[0] : ""), arena);
  }
  if (client_order_value(order, "help").p)
    return usage(order, stdout, arena);
  struct run run = {.arena = arena, .order = order, .program = program, .unicode = unicode};
  run.json = client_order_value(order, "json").p;
  return run_order(&run);
}

void client_run_print(struct buf *text)
{
  const struct client_verb *verb;
  for (size_t i = 0; (verb = client_command_verb(i)); i++) {
    buf_put(text, STR("  "));
    client_command_put(verb, text);
    buf_put_char(text, '\n');
  }
}
