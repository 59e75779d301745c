/* Builds the object graph, runs it, takes it down; the other commands are handed over to cli/. */
#include "api/gate.h"
#include "api/management.h"
#include "cli/import.h"
#include "cli/invite.h"
#include "cli/order.h"
#include "cli/process.h"
#include "client/run.h"
#include "db/migrate.h"
#include "http/address.h"
#include "db/tx.h"
#include "domain/bootstrap.h"
#include "domain/signing.h"
#include "jobs/import.h"
#include "jobs/keys.h"
#include "jobs/letter.h"
#include "jobs/outbox.h"
#include "jobs/prune.h"
#include "jobs/quota.h"
#include "jobs/smtp.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

enum { ARENA_MOST = 64 << 20, REFUSALS = 4096 };

/* What is counted of jobs, which can be read until the arena is gone. */
struct counted {
  const struct jobs_outbox *outbox; /* NULL: no mail is sent */
  const struct jobs_import *import;
};

/* What serves, from first to last opened. */
struct service {
  const struct settings *settings;
  struct arena *arena;
  struct http_tls *tls; /* NULL: plain HTTP */
  struct cli_process process;
  struct api api;
  struct http_table table, management_table;
  struct api_management management;
  struct http_server *server, *management_server;
  struct jobs_prune *prune;
  struct jobs_keys *keys;
  struct jobs_quota *quota;
  struct jobs_smtp *smtp;
  struct jobs_outbox *outbox;
  struct jobs_import *import;
  struct counted counted;
};

static struct http_limits limits_of(const struct settings *s)
{
  struct http_limits limits = http_limits_default();
  limits.body = (size_t)s->body_limit;
  limits.header = (size_t)s->header_limit;
  limits.upload = (size_t)s->import_limit;
  limits.connections = (unsigned)s->connections;
  limits.address_connections = (unsigned)s->address_connections;
  limits.queue[HTTP_LANE_DATABASE] = (unsigned)s->database_queue;
  limits.queue[HTTP_LANE_HASH] = (unsigned)s->hash_queue;
  limits.request_time = s->request_time;
  limits.idle_time = s->idle_time;
  return limits;
}

static enum result open_listener(struct service *v, const char *listen, const struct http_table *table, struct http_tls *tls,
                                 struct http_server **ret)
{
  const struct settings *s = v->settings;
  struct http_config config = {.tls = tls,
                               .event_threads = (unsigned)s->event_threads,
                               .workers = {[HTTP_LANE_DATABASE] = (unsigned)s->database_workers,
                                           /* While one waits for the database, another computes. */
                                           [HTTP_LANE_HASH] = 2 * (unsigned)s->hash_workers},
                               .limits = limits_of(s),
                               .trusted_proxies = s->trusted_proxies,
                               .cors_origins = s->cors_origins,
                               .table = table};
  if (!cli_setting_address(listen, v->arena, &config.address, &config.port))
    return R_MALFORMED;
  return http_server_open(&config, ret);
}

/* Reads the pair again, and says what came of it; a pair that cannot be used changes nothing. */
static bool read_certificate(struct service *v)
{
  char fault[HTTP_TLS_FAULT] = "out of memory";
  if (http_tls_reload(v->tls, fault) != R_OK) {
    log_line(LOG_ERROR, "%s", fault);
    return false;
  }
  int64_t left = http_tls_end(v->tls) - clock_now() / CLOCK_SECOND;
  log_line(left > 0 ? LOG_INFO : LOG_WARN, "tls_certificate_file: %s %s", v->settings->tls_certificate_file,
           left > 0 ? "is shown from now on" : "has expired, and is shown from now on");
  return true;
}

/* Without a mail server nobody is sent anything, and nothing waits. */
static enum result open_mail(struct service *v)
{
  const struct settings *s = v->settings;
  if (!s->smtp_url[0])
    return R_OK;
  struct jobs_smtp_config server = {s->smtp_url, s->smtp_ca_file};
  TRY(jobs_smtp_open(&server, v->arena, &v->smtp));
  struct jobs_outbox_config config = {.domain = v->api.domain,
                                      .from = str_of(s->smtp_from),
                                      .pace = s->smtp_pace,
                                      .deliver = jobs_smtp_deliver,
                                      .post = v->smtp};
  return jobs_outbox_open(&config, v->arena, &v->outbox);
}

static void close_mail(struct service *v)
{
  jobs_smtp_stop(v->smtp);
  jobs_outbox_close(&v->outbox);
  jobs_smtp_close(&v->smtp);
}

static bool somebody_waits(void *server) { return http_server_waits(server, HTTP_LANE_DATABASE); }

static enum result open_import(struct service *v)
{
  struct jobs_import_config config = {
      .domain = v->api.domain, .refusals = v->api.refusals, .busy = somebody_waits, .who = v->server};
  return jobs_import_open(&config, v->arena, &v->import);
}

static void jobs_metrics(const void *who, struct buf *text)
{
  const struct counted *counted = who;
  jobs_outbox_metrics(counted->outbox, text);
  jobs_import_metrics(counted->import, text);
}

static enum result open_service(struct service *v)
{
  TRY(cli_process_open(v->settings, CLI_SERVE, v->arena, &v->process));
  if (v->tls && !read_certificate(v)) /* as the account that reads it later */
    return R_RULE;
  v->api.domain = &v->process.domain;
  TRY(domain_refusal_open(v->api.domain, REFUSALS, &v->api.refusals));
  v->api.budget = (struct api_budget){
      .caller = v->settings->client_budget, .tenant = v->settings->tenant_budget, .address = v->settings->address_budget};
  v->api.refusal_time = v->settings->refusal_time * 1000;
  TRY(budget_open(v->arena, &v->api.budget.buckets));
  TRY(jobs_prune_open(v->api.domain, &v->prune));
  TRY(jobs_keys_open(v->api.domain, v->arena, &v->keys));
  TRY(jobs_quota_open(v->api.domain, v->arena, &v->quota));
  TRY(open_mail(v));
  v->table = api_table(&v->api);
  TRY(open_listener(v, v->settings->listen, &v->table, v->tls, &v->server));
  TRY(open_import(v));
  v->counted = (struct counted){v->outbox, v->import};
  v->management = (struct api_management){.policy = v->process.domain.policy,
                                          .refusals = v->api.refusals,
                                          .server = v->server,
                                          .jobs = jobs_metrics,
                                          .who = &v->counted};
  v->management_table = api_management_table(&v->management);
  return open_listener(v, v->settings->management_listen, &v->management_table, NULL, &v->management_server);
}

static void close_service(struct service *v)
{
  jobs_import_close(&v->import); /* it looks at the server */
  http_server_close(&v->server, v->settings->drain_time);
  http_server_close(&v->management_server, 0);
  jobs_quota_close(&v->quota);
  jobs_keys_close(&v->keys);
  close_mail(v);
  jobs_prune_close(&v->prune);
  domain_refusal_close(&v->api.refusals);
  cli_process_close(&v->process);
  http_tls_close(&v->tls);
}

/* Said once, on standard output: the first administrator's token stands in no log. */
static enum result greet(struct service *v)
{
  struct bootstrap bootstrap;
  TRY(domain_bootstrap(v->api.domain, v->arena, &bootstrap));
  const char *scheme = v->tls ? "https" : "http";
  printf("listening on %s://%s\n", scheme, v->settings->listen);
  printf("data in %s\n", v->process.data);
  printf("provider's tenant code: %.*s\n", (int)bootstrap.tenant_code.n, bootstrap.tenant_code.p);
  if (bootstrap.token.p)
    printf("one-time token of the first administrator (login: admin): %.*s\n"
           "  curl -s %s://%s/v1/invitations/accept -H 'Content-Type: application/json' \\\n"
           "    -d '{\"token\": \"%.*s\", \"password\": \"CHOOSE FIFTEEN CHARACTERS OR MORE\"}'\n",
           (int)bootstrap.token.n, bootstrap.token.p, scheme, v->settings->listen, (int)bootstrap.token.n, bootstrap.token.p);
  fflush(stdout);
  return R_OK;
}

static bool is_loopback(const char *listen)
{
  return str_starts(str_of(listen), STR("127.")) || str_starts(str_of(listen), STR("[::1]"));
}

static bool is_listen(const char *setting, const char *text, struct arena *arena)
{
  const char *address;
  uint16_t port;
  struct http_address ignored;
  if (cli_setting_address(text, arena, &address, &port) && http_address_parse(str_of(address), &ignored))
    return true;
  log_line(LOG_ERROR, "%s: must be address:port or [address]:port", setting);
  return false;
}

/* What the table of settings cannot judge: everything that is wrong is said before anything is begun. */
static bool check(const struct settings *s, struct arena *arena)
{
  struct http_range ignored;
  bool good = is_listen("listen", s->listen, arena);
  good = is_listen("management_listen", s->management_listen, arena) && good;
  for (const char *const *proxy = s->trusted_proxies; proxy && *proxy; proxy++)
    if (!http_address_range(str_of(*proxy), &ignored)) {
      log_line(LOG_ERROR, "trusted_proxies: %s is neither an address nor a CIDR range", *proxy);
      good = false;
    }
  if (!is_loopback(s->listen) && !s->trusted_proxies && !s->tls_certificate_file[0]) {
    log_line(LOG_ERROR, "listen: plain HTTP only on loopback, unless trusted_proxies names who stands before it with TLS");
    good = false;
  }
  if (2 * s->refusal_time * 1000 > s->request_time) {
    log_line(LOG_ERROR, "refusal_time: must be at most half of request_time");
    good = false;
  }
  if (s->database_url[0] && !s->base_url[0])
    log_line(LOG_WARN, "base_url is not set: no other process of this database believes the tokens of this one");
  return good;
}

static bool check_mail(const struct settings *s)
{
  bool url = !s->smtp_url[0] || jobs_smtp_is_url(s->smtp_url);
  bool from = !s->smtp_url[0] || jobs_letter_address(str_of(s->smtp_from));
  if (!url)
    log_line(LOG_ERROR, "smtp_url: must be smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://...");
  if (!from)
    log_line(LOG_ERROR, "smtp_from: must be an e-mail address, since smtp_url is set");
  return url && from;
}

static bool open_certificate(const struct settings *s, struct http_tls **ret_tls)
{
  char fault[HTTP_TLS_FAULT] = "out of memory";
  bool certificate = s->tls_certificate_file[0], key = s->tls_key_file[0];
  if (!certificate && !key)
    return true;
  if (certificate && key && http_tls_open(s->tls_certificate_file, s->tls_key_file, fault, ret_tls) == R_OK)
    return true;
  log_line(LOG_ERROR, "%s", certificate && key ? fault : "tls_certificate_file, tls_key_file: both or neither");
  return false;
}

/* Until it is to end; SIGHUP has it read its certificate again. */
static void attend(struct service *v, const sigset_t *signals)
{
  for (int signal = SIGHUP; signal == SIGHUP;) {
    sigwait(signals, &signal);
    if (signal == SIGHUP && v->tls)
      (void)read_certificate(v);
  }
}

static int serve(const struct settings *settings, struct arena *arena)
{
  struct service v = {.settings = settings, .arena = arena};
  sigset_t signals;
  bool good = check(settings, arena);
  good = check_mail(settings) && good;
  if (!open_certificate(settings, &v.tls) || !good) {
    http_tls_close(&v.tls);
    return 3;
  }
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  enum result r = open_service(&v);
  if (r == R_OK)
    r = greet(&v);
  if (r == R_OK) {
    attend(&v, &signals);
    log_line(LOG_INFO, "draining");
  } else {
    log_line(LOG_ERROR, "not started: %s", result_row(r)->code);
  }
  close_service(&v);
  return r == R_OK ? 0 : 3;
}

static int run_serve(const struct settings *settings, int count, char **words, struct arena *arena)
{
  (void)count;
  (void)words;
  return serve(settings, arena);
}

static int run_migrate(const struct settings *settings, int count, char **words, struct arena *arena)
{
  (void)words;
  int applied;
  if (count != 0 || !settings->database_url[0]) {
    fprintf(stderr, "usage: bailiwick migrate, with database_url; the private database is migrated when it is started\n");
    return 3;
  }
  enum result r = db_migrate(settings->database_url, arena, &applied);
  if (r != R_OK) {
    log_line(LOG_ERROR, "migrate: %s: %s", result_row(r)->code, db_last_error());
    return 3;
  }
  printf("%d migrations applied, the schema is at %d\n", applied, db_migration_newest());
  return 0;
}

static int run_invite(const struct settings *settings, int count, char **words, struct arena *arena)
{
  if (count == 2)
    return cli_invite(settings, words[0], words[1], arena);
  fprintf(stderr, "usage: bailiwick invite LOGIN TENANT [--setting value ...], TENANT being its code or external_id\n");
  return 3;
}

static int rotate(const struct settings *settings, enum domain_signing_way way, struct arena *arena)
{
  struct cli_process process;
  struct domain_signing made;
  char from[CLOCK_TEXT];
  if (cli_process_open(settings, CLI_COMMAND, arena, &process) != R_OK)
    return 3;
  enum result r = domain_signing_rotate(&process.domain, way, arena, &made);
  cli_process_close(&process);
  if (r != R_OK) {
    fprintf(stderr, "bailiwick rotate-keys: %s\n", result_row(r)->code);
    return 3;
  }
  clock_format(made.signs_from, from);
  printf("key %.*s signs from %s%s\n", (int)made.kid.n, made.kid.p, from,
         way == DOMAIN_SIGNING_ALONE ? "; what was signed before is refused from then on" : "");
  return 0;
}

static int run_rotate_keys(const struct settings *settings, int count, char **words, struct arena *arena)
{
  bool alone = count == 1 && strcmp(words[0], "alone") == 0;
  if (count == 0 || alone)
    return rotate(settings, alone ? DOMAIN_SIGNING_ALONE : DOMAIN_SIGNING_BY_COMMAND, arena);
  fprintf(stderr, "usage: bailiwick rotate-keys [alone] [--setting value ...]\n");
  return 3;
}

static int run_version(const struct settings *settings, int count, char **words, struct arena *arena)
{
  (void)settings;
  (void)count;
  (void)words;
  (void)arena;
  printf("bailiwick %s, schema %d\n", BAILIWICK_VERSION, db_migration_newest());
  return 0;
}

static const struct {
  const char *name;
  int (*run)(const struct settings *settings, int count, char **words, struct arena *arena);
  const char *help;
} commands[] = {
    {"serve", run_serve, "answer the API"},
    {"migrate", run_migrate, "bring the schema of your own database up to date"},
    {"import", cli_import, "load a file, with the options that it has over the API but those of invitations"},
    {"invite", run_invite, "give a user a one-time token to set their password"},
    {"rotate-keys", run_rotate_keys, "make the next key that signs access tokens; alone: and believe no earlier one"},
    {"version", run_version, "say which one this is"},
};

/* The commands of this file, and all settings. */
static struct str described(struct arena *arena)
{
  struct buf text = buf_in(arena, 64 * 1024);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    buf_print(&text, "  %-11s %s\n", commands[i].name, commands[i].help);
  buf_print(&text, "settings:\n");
  cli_settings_print(&text);
  return buf_str(&text);
}

/* Asked for, it is the answer; else it is what is said to a word that there is no command for. */
static int usage(const char *word, struct arena *arena)
{
  bool asked = word && (strcmp(word, "--help") == 0 || strcmp(word, "help") == 0);
  struct buf text = buf_in(arena, 64 * 1024);
  client_run_print(&text);
  struct str client = buf_str(&text), server = described(arena);
  fprintf(asked ? stdout : stderr,
          "usage: bailiwick COMMAND [--option value ...]\nover the API, from anywhere:\n%.*s"
          "at the service's own machine:\n%.*s",
          (int)client.n, client.p ? client.p : "", (int)server.n, server.p ? server.p : "");
  if (word && !asked)
    fprintf(stderr, "bailiwick: %s: there is no such command\n", word);
  return asked ? 0 : 3;
}

static int run_client(int count, char **words, struct arena *arena)
{
  struct buf names = buf_in(arena, 1024);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (!client_run_knows(commands[i].name))
      buf_print(&names, "%s%s", i ? " " : "", commands[i].name);
  struct client_program program = {BAILIWICK_VERSION, buf_str(&names).p, described(arena)};
  if (!program.commands || !program.usage.p)
    return 3;
  return client_run(count, words, &program);
}

/* An import is the one command that goes both ways: over the API where a service is named or somebody is logged in,
   unless it is told not to. `--local` is then taken out of the words. */
static bool goes_over_api(int *count, char **arguments)
{
  int kept = 0;
  bool local = false, import = *count > 1 && strcmp(arguments[1], "import") == 0;
  if (*count < 2 || !client_run_knows(arguments[1]))
    return false;
  for (int i = 0; import && i < *count; i++) {
    bool said = strcmp(arguments[i], "--local") == 0;
    local = local || said;
    if (!said)
      arguments[kept++] = arguments[i];
  }
  *count = import ? kept : *count;
  return !import || (!local && client_run_has_service(*count, arguments));
}

/* Words come first, settings after them; those of an import are put into that order. */
static int run(int count, char **arguments, struct arena *arena)
{
  struct settings settings;
  struct str wrong;
  int words = 0;
  if (goes_over_api(&count, arguments))
    return run_client(count - 1, arguments + 1, arena);
  if (count > 2 && strcmp(arguments[1], "import") == 0)
    words = cli_order_gather(count - 2, arguments + 2);
  while (words < count - 2 && strncmp(arguments[2 + words], "--", 2) != 0)
    words++;
  for (size_t i = 0; count > 1 && i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(arguments[1], commands[i].name) != 0)
      continue;
    if (cli_settings_read(count - 2 - words, arguments + 2 + words, environ, arena, &settings, &wrong) != R_OK) {
      fprintf(stderr, "%.*s", (int)wrong.n, wrong.p ? wrong.p : "");
      return 3;
    }
    log_set_level(settings.log_level);
    return commands[i].run(&settings, words, arguments + 2, arena);
  }
  return usage(count > 1 ? arguments[1] : NULL, arena);
}

/* No core and no peeking: memory holds keys. Signals are taken by one thread, not by chance. */
static void harden(void)
{
  struct rlimit none = {0, 0};
  sigset_t signals;
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  umask(0077);
  signal(SIGPIPE, SIG_IGN);
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

int main(int count, char **arguments)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ARENA_MOST);
  if (!arena)
    return 3;
  harden();
  return run(count, arguments, arena);
}
