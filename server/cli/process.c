/* Bringing up what every command stands on, in order, and taking it down in the other. */
#include "cli/process.h"
#include "authn/breach.h"
#include "authn/seen.h"
#include "db/account.h"
#include "db/cluster.h"
#include "db/keeper.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "db/tx.h"
#include "domain/signing.h"
#include "store/installation.h"
#include <stdio.h>
#include <unistd.h>

/* Tokens that are remembered as verified: what more callers show is verified anew. */
enum { SEEN = 4096 };

static const int64_t settle_time = 30 * CLOCK_SECOND;

static enum result fail(const char *what, enum result r)
{
  log_line(LOG_ERROR, "%s: %s: %s", what, result_row(r)->code, db_last_error());
  return r;
}

/* Where the database is: somebody's own, a private one that runs, or one that is started here. */
static enum result find_database(const struct settings *s, enum cli_process_kind kind, const char *data, struct arena *arena,
                                 struct cli_process *p)
{
  if (s->database_url[0]) {
    p->conninfo = s->database_url;
    return R_OK;
  }
  if (kind == CLI_COMMAND) {
    enum result r = db_cluster_find(data, arena, &p->conninfo);
    if (r != R_NOT_FOUND)
      return r;
  }
  TRY(db_cluster_open(data, &p->cluster));
  p->conninfo = db_cluster_conninfo(p->cluster);
  return kind == CLI_SERVE ? db_keeper_open(p->cluster, &p->keeper) : R_OK;
}

/* The private database is brought up to date; somebody's own only by `bailiwick migrate`, with the right it needs. */
static enum result check_schema(const struct settings *s, struct arena *arena, const char *conninfo)
{
  int count, applied = 0;
  struct str found;
  if (!s->database_url[0])
    TRY(db_migrate(conninfo, arena, &count));
  TRY(db_migration_applied(conninfo, &applied));
  if (applied < db_migration_newest() || applied > db_migration_newest() + 1) {
    log_line(LOG_ERROR, "the schema is at %d, this binary needs %d: run `bailiwick migrate`", applied, db_migration_newest());
    return R_RULE;
  }
  enum result r = db_escape_check(conninfo, arena, &found);
  if (r == R_RULE)
    log_line(LOG_ERROR, "the database lets rows escape: %.*s", (int)found.n, found.p);
  return r;
}

static enum result open_keys(const struct settings *s, const char *data, struct arena *arena, struct crypto_keys **ret_keys)
{
  CLEANUP(secret_free) struct secret master = {0};
  const char *path = s->master_key_file;
  if (!path[0])
    path = arena_print(arena, "%s/master.key", data).p;
  if (!path)
    return R_NO_MEMORY;
  TRY(crypto_master_read(path, !s->master_key_file[0], &master));
  return crypto_keys_open(master, ret_keys);
}

static enum result open_pools(const struct settings *s, struct cli_process *p)
{
  unsigned workers = (unsigned)(s->database_workers + 2 * s->hash_workers);
  struct db_config app = {.conninfo = p->conninfo, .role = DB_APP, .connections = workers + 4};
  struct db_config auth = {.conninfo = p->conninfo, .role = DB_AUTH, .connections = workers + 2};
  TRY(db_pool_open(&app, &p->domain.app));
  return db_pool_open(&auth, &p->domain.auth);
}

/* The database is sealed under one master key: another one would read nothing and add what nobody else can read. */
static enum result check_key(struct cli_process *p, struct arena *arena)
{
  struct store_call auth = {.pool = p->domain.auth, .arena = arena};
  struct uuid ours = crypto_keys_id(p->domain.keys), theirs;
  TRY(store_installation_key(&auth, &ours, &theirs));
  if (uuid_equal(&ours, &theirs))
    return R_OK;
  log_line(LOG_ERROR, "this master key is not the one that the database is sealed under");
  return R_RULE;
}

static enum result open_issuer(struct cli_process *p, struct arena *arena)
{
  struct authn_issuer *issuer = &p->domain.issuer;
  issuer->url = p->domain.base_url;
  TRY(authn_keyring_open(p->keys, arena, &issuer->ring));
  TRY(authn_seen_open(SEEN, arena, &issuer->seen));
  return domain_signing_open(&p->domain, arena);
}

static enum result open_policy(const struct settings *s, struct cli_process *p)
{
  struct policy_config config = {.conninfo = p->conninfo, .lease = s->policy_lease};
  TRY(policy_open(&config, &p->domain.policy));
  int64_t until = clock_monotonic() + settle_time;
  while (!policy_fresh(p->domain.policy)) {
    if (clock_monotonic() > until)
      return R_UNAVAILABLE;
    usleep(2000);
  }
  return R_OK;
}

static enum result open_breach(const struct settings *s, struct arena *arena, struct cli_process *p)
{
  const char *path = s->breached_passwords_file;
  if (!path[0])
    return R_OK;
  enum result r = authn_breach_open(path, arena, &p->domain.breach);
  if (r == R_OK)
    return R_OK;
  log_line(LOG_ERROR, "breached_passwords_file %s %s", path,
           r == R_MALFORMED ? "is no sorted list of SHA-1 digests and counts" : "cannot be read");
  return r;
}

static struct domain_limits limits_of(const struct settings *s)
{
  return (struct domain_limits){
      .access_token_time = s->access_token_time,
      .session_time = s->session_time,
      .session_idle_time = s->session_idle_time,
      .invitation_time = s->invitation_time,
      .reset_time = s->reset_time,
      .signing_key_time = s->signing_key_time,
      .signing_key_lead = s->signing_key_lead,
      .account_attempts = s->account_attempts,
      .address_attempts = s->address_attempts,
      .tenant_attempts = s->tenant_attempts,
      .import_size = s->import_limit,
      .termination_grace = s->termination_grace,
      .name_rest = s->name_rest,
      .cost = {.memory = (uint32_t)s->hash_memory, .passes = (uint32_t)s->hash_passes, .lanes = 1},
      .import_hash_cost = (unsigned)s->import_hash_cost,
  };
}

static enum result open_all(const struct settings *s, enum cli_process_kind kind, struct arena *arena, struct cli_process *p)
{
  const char *data = s->data;
  struct crypto_keys *keys = NULL;
  enum result r = db_account_enter(s->data, arena, &data);
  if (r != R_OK)
    return fail("leaving root", r);
  p->data = data;
  r = find_database(s, kind, data, arena, p);
  if (r != R_OK)
    return fail("database", r);
  r = open_keys(s, data, arena, &keys);
  if (r != R_OK)
    return fail("master key", r);
  p->domain.keys = p->keys = keys;
  r = check_schema(s, arena, p->conninfo);
  if (r != R_OK)
    return fail("schema", r);
  p->domain.limits = limits_of(s);
  crypto_hash_at_once((unsigned)s->hash_workers);
  const char *scheme = s->tls_certificate_file[0] ? "https" : "http";
  p->domain.base_url = s->base_url[0] ? str_of(s->base_url) : arena_print(arena, "%s://%s", scheme, s->listen);
  if (!p->domain.base_url.p)
    return fail("settings", R_NO_MEMORY);
  p->domain.mail = (struct domain_mail){
      .sends = s->smtp_url[0], .pace = s->smtp_pace, .accept_url = str_of(s->accept_url), .reset_url = str_of(s->reset_url)};
  r = open_breach(s, arena, p);
  if (r != R_OK)
    return fail("breached passwords", r);
  r = open_pools(s, p);
  if (r == R_OK)
    r = check_key(p, arena);
  if (r != R_OK)
    return fail("connections", r);
  r = open_issuer(p, arena);
  if (r != R_OK)
    return fail("signing keys", r);
  r = open_policy(s, p);
  return r == R_OK ? R_OK : fail("policy", r);
}

RESULT cli_process_open(const struct settings *settings, enum cli_process_kind kind, struct arena *arena,
                        struct cli_process *ret_process)
{
  struct cli_process process = {0};
  enum result r = open_all(settings, kind, arena, &process);
  if (r != R_OK) {
    cli_process_close(&process);
    return r;
  }
  *ret_process = process;
  return R_OK;
}

void cli_process_close(struct cli_process *p)
{
  policy_close(&p->domain.policy);
  authn_seen_close(&p->domain.issuer.seen);
  authn_keyring_close(&p->domain.issuer.ring);
  db_pool_close(&p->domain.app);
  db_pool_close(&p->domain.auth);
  crypto_keys_close(&p->keys);
  db_keeper_close(&p->keeper);
  db_cluster_close(&p->cluster);
}
