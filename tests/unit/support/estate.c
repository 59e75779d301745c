/* Starts a cluster, migrates it, settles the estate's people and opens what a process of the service has open. */
#include "support/estate.h"
#include "base/buf.h"
#include "db/account.h"
#include "db/cluster.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "domain/signing.h"
#include "support/template.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct domain estate_domain;

static char folder[256];
static struct db_cluster *cluster;
static struct arena *test_arena, *process_arena;

static const struct {
  const char *path, *kind;
  enum estate_tenant parent;
} tenants[] = {
    [PROVIDER] = {"/00000000", "provider", 0},
    [P1] = {"/00000000/p1p1p1p1", "partner", PROVIDER},
    [P2] = {"/00000000/p2p2p2p2", "partner", PROVIDER},
    [A] = {"/00000000/p1p1p1p1/aaaaaaaa", "customer", P1},
    [B] = {"/00000000/p1p1p1p1/bbbbbbbb", "customer", P1},
    [C] = {"/00000000/p2p2p2p2/cccccccc", "customer", P2},
};

static const struct {
  const char *login, *role, *reach;
  enum estate_tenant home;
} users[] = {
    [PROVIDER_ADMIN] = {"provider-admin", "provider_admin", "subtree", PROVIDER},
    [P1_ADMIN] = {"p1-admin", "partner_admin", "subtree", P1},
    [P2_ADMIN] = {"p2-admin", "partner_admin", "subtree", P2},
    [A_ADMIN] = {"a-admin", "customer_admin", "subtree", A},
    [B_ADMIN] = {"b-admin", "customer_admin", "subtree", B},
    [C_ADMIN] = {"c-admin", "customer_admin", "subtree", C},
    [P1_HELPDESK] = {"p1-helpdesk", "helpdesk", "subtree", P1},
    [A_HELPDESK] = {"a-helpdesk", "helpdesk", "subtree", A},
    [A_VIEWER] = {"a-viewer", "viewer", "subtree", A},
    [P1_PROVISIONER] = {"p1-provisioner", "provisioner", "subtree", P1},
    [P1_PLAIN] = {"p1-plain", NULL, NULL, P1},
    [A_PLAIN] = {"a-plain", NULL, NULL, A},
    [B_PLAIN] = {"b-plain", NULL, NULL, B},
    [C_PLAIN] = {"c-plain", NULL, NULL, C},
    [P1_SELF_ADMIN] = {"p1-self-admin", "partner_admin", "self", P1},
};

static struct uuid numbered(const char *prefix, int number)
{
  char text[UUID_TEXT];
  struct uuid uuid;
  snprintf(text, sizeof text, "%s%012d", prefix, number);
  assert_true(uuid_parse(str_of(text), &uuid));
  return uuid;
}

struct uuid estate_tenant(enum estate_tenant tenant) { return numbered("00000000-0000-7000-9000-", (int)tenant); }
struct uuid estate_user(enum estate_user user) { return numbered("00000000-0000-7000-a000-", (int)user); }
struct str estate_path(enum estate_tenant tenant) { return str_of(tenants[tenant].path); }

struct uuid estate_role(const char *name)
{
  static const char *const names[] = {"provider_admin", "partner_admin", "customer_admin", "helpdesk",
                                      "auditor",        "provisioner",   "viewer",         "portal", "introspector"};
  for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
    if (strcmp(names[i], name) == 0)
      return numbered("00000000-0000-7000-8000-", i + 1);
  fail_msg("there is no role %s", name);
  return (struct uuid){0};
}

/* Statements in a file, so that no shell looks into them; what they print in another. */
static void psql(const char *text)
{
  char command[1200], path[300];
  snprintf(path, sizeof path, "%s/statements", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "SET search_path = bailiwick, pg_temp;\n%s;\n", text);
  fclose(file);
  snprintf(command, sizeof command,
           PROGRAMS "psql -XqAt -v ON_ERROR_STOP=1 -f '%s' \"%s user=postgres\" > '%s/printed'", path,
           db_cluster_conninfo(cluster), folder);
  if (system(command) != 0)
    fail_msg("%s", text);
}

void estate_sql(const char *format, ...)
{
  char text[8192];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  psql(text);
}

const char *estate_ask(const char *format, ...)
{
  static char line[4096];
  char text[4096], path[300];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  psql(text);
  snprintf(path, sizeof path, "%s/printed", folder);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  if (!fgets(line, sizeof line, file))
    line[0] = '\0';
  line[strcspn(line, "\n")] = '\0';
  fclose(file);
  return line;
}

void estate_settle(void)
{
  unsigned long long revision = strtoull(estate_ask("SELECT max(revision) FROM policy_event"), NULL, 10);
  assert_ok(policy_wait(estate_domain.policy, revision, clock_monotonic() + 20 * CLOCK_SECOND));
}

/* The first migration made a provider with an id of chance. */
static void settle_tenants(struct buf *script)
{
  buf_print(script,
            "SET session_replication_role = replica;"
            "UPDATE tenant SET id = '00000000-0000-7000-9000-%012d', label = '%s';"
            "UPDATE role SET tenant_id = t.id, tenant_path = t.path FROM tenant t; RESET session_replication_role;\n",
            PROVIDER, tenants[PROVIDER].path + 1);
  for (enum estate_tenant t = P1; t <= C; t++) {
    const char *label = strrchr(tenants[t].path, '/') + 1;
    buf_print(script,
              "INSERT INTO tenant (id, label, parent_id, parent_path, parent_boundary, kind, code, name, name_key)"
              " SELECT '00000000-0000-7000-9000-%012d', '%s', id, path, boundary, '%s', 'code-%s', '%s', '%s'"
              " FROM tenant WHERE path = '%s';\n",
              (int)t, label, tenants[t].kind, label, label, label, tenants[tenants[t].parent].path);
  }
}

static void settle_users(struct buf *script)
{
  for (enum estate_user u = PROVIDER_ADMIN; u <= P1_SELF_ADMIN; u++) {
    buf_print(script,
              "INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key,"
              " display_name, name_key) SELECT '00000000-0000-7000-a000-%012d', id, path, boundary, 'user', 'active',"
              " '%s', '%s', '%s', '%s' FROM tenant WHERE path = '%s';\n",
              (int)u, users[u].login, users[u].login, users[u].login, users[u].login, tenants[users[u].home].path);
    if (users[u].role)
      buf_print(script,
                "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path,"
                " role_id, role_path, reach) SELECT '00000000-0000-7000-b000-%012d', p.tenant_id, p.tenant_path,"
                " p.tenant_boundary, p.id, p.tenant_path, r.id, r.tenant_path, '%s' FROM principal p, role r"
                " WHERE p.login = '%s' AND r.name = '%s';\n",
                (int)u, users[u].reach, users[u].login, users[u].role);
  }
}

static void settle(struct arena *arena)
{
  struct buf script = buf_in(arena, 1 << 18);
  settle_tenants(&script);
  settle_users(&script);
  psql(buf_str(&script).p);
}

static void open_domain(void)
{
  static unsigned char key[32] = "a key that serves the tests only";
  const char *conninfo = db_cluster_conninfo(cluster);
  struct crypto_keys *keys;
  assert_ok(crypto_keys_open((struct secret){key, sizeof key}, &keys));
  estate_domain.keys = keys;
  estate_domain.base_url = STR("https://access.example");
  estate_domain.limits = (struct domain_limits){.access_token_time = 900 * CLOCK_SECOND,
                                                .session_time = 12 * 3600 * CLOCK_SECOND,
                                                .session_idle_time = 3600 * CLOCK_SECOND,
                                                .invitation_time = 72 * 3600 * CLOCK_SECOND,
                                                .reset_time = 3600 * CLOCK_SECOND,
                                                .termination_grace = 30 * 86400 * CLOCK_SECOND,
                                                .name_rest = 90 * 86400 * CLOCK_SECOND,
                                                .account_attempts = 10,
                                                .address_attempts = 100,
                                                .cost = {64, 1, 1}, /* what passwords cost is not tested here */
                                                .import_hash_cost = 12};
  assert_ok(db_pool_open(&(struct db_config){conninfo, DB_APP, 4}, &estate_domain.app));
  assert_ok(db_pool_open(&(struct db_config){conninfo, DB_AUTH, 2}, &estate_domain.auth));
  process_arena = arena_new(8 << 20);
  estate_domain.issuer.url = estate_domain.base_url;
  estate_domain.limits.signing_key_time = 90 * 86400 * CLOCK_SECOND;
  estate_domain.limits.signing_key_lead = 600 * CLOCK_SECOND;
  assert_ok(authn_keyring_open(keys, process_arena, &estate_domain.issuer.ring));
  assert_ok(domain_signing_open(&estate_domain, process_arena));
  assert_ok(policy_open(&(struct policy_config){.conninfo = conninfo}, &estate_domain.policy));
  int64_t until = clock_monotonic() + 20 * CLOCK_SECOND;
  while (!policy_fresh(estate_domain.policy) && clock_monotonic() < until)
    nanosleep(&(struct timespec){0, 5000000}, NULL);
  assert_true(policy_fresh(estate_domain.policy));
}

int estate_up(void **state)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 20);
  const char *temporary = getenv("TMPDIR"), *used;
  int count;
  (void)state;
  snprintf(folder, sizeof folder, "%s/bw-estate-XXXXXX", temporary ? temporary : "/tmp");
  assert_non_null(mkdtemp(folder));
  assert_ok(db_account_enter(folder, arena, &used));
  template_copy(folder);
  assert_ok(db_cluster_open(folder, &cluster));
  assert_ok(db_migrate(db_cluster_conninfo(cluster), arena, &count));
  settle(arena);
  open_domain();
  return 0;
}

int estate_down(void **state)
{
  char command[300];
  struct crypto_keys *keys = (struct crypto_keys *)(uintptr_t)estate_domain.keys;
  (void)state;
  policy_close(&estate_domain.policy);
  authn_keyring_close(&estate_domain.issuer.ring);
  arena_free(&process_arena);
  db_pool_close(&estate_domain.app);
  db_pool_close(&estate_domain.auth);
  crypto_keys_close(&keys);
  db_cluster_close(&cluster);
  snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
  return system(command) == 0 ? 0 : -1;
}

int estate_begin(void **state)
{
  (void)state;
  test_arena = arena_new(16 << 20);
  return test_arena ? 0 : -1;
}

int estate_end(void **state)
{
  (void)state;
  arena_free(&test_arena);
  return 0;
}

struct arena *estate_arena(void) { return test_arena; }

static struct bw_answer decide(enum estate_user user, enum estate_tenant tenant)
{
  struct uuid subject = estate_user(user), target = estate_tenant(tenant);
  struct bw_question question = {policy_id(&subject), policy_id(&target), BW_TENANT_READ, clock_now()};
  struct bw_answer answer;
  bw_decide(policy_model(estate_domain.policy), &question, &answer);
  assert_int_equal(answer.effect, BW_ALLOW);
  return answer;
}

struct store_call estate_call(enum estate_user user, enum estate_tenant tenant)
{
  struct store_call call = {
      .pool = estate_domain.app, .arena = test_arena, .deadline = clock_monotonic() + 20 * CLOCK_SECOND};
  struct bw_answer answer = decide(user, tenant);
  assert_ok(policy_scope(estate_domain.policy, &answer, test_arena, &call.scope));
  return call;
}

struct store_call estate_whole(void)
{
  struct store_call call = {
      .pool = estate_domain.app, .arena = test_arena, .deadline = clock_monotonic() + 20 * CLOCK_SECOND};
  assert_ok(policy_scope_whole(estate_domain.policy, test_arena, &call.scope));
  return call;
}

struct change estate_change(enum estate_user user, enum estate_tenant tenant)
{
  struct store_call call = user ? estate_call(user, tenant) : estate_whole();
  struct change change = {.domain = &estate_domain,
                          .actor = {.kind = user ? DOMAIN_ACTOR_USER : DOMAIN_ACTOR_OPERATOR,
                                    .address = STR("192.0.2.1"),
                                    .request_id = STR("request-1")},
                          .arena = test_arena,
                          .now = clock_now(),
                          .deadline = call.deadline,
                          .action = "test",
                          .scope = call.scope,
                          .root = estate_tenant(PROVIDER)};
  if (user) {
    struct bw_answer answer = decide(user, tenant);
    change.actor.id = estate_user(user);
    change.actor.home = estate_tenant(users[user].home);
    change.root = policy_uuid(&answer.root);
  }
  assert_ok(store_tx_open(&call, &change.tx));
  return change;
}

void estate_commit(struct change *change)
{
  uint64_t revision;
  assert_ok(store_tx_commit(change->tx, &revision));
  store_tx_close(&change->tx);
  assert_ok(policy_wait(estate_domain.policy, revision, clock_monotonic() + 20 * CLOCK_SECOND));
}

void estate_abandon(struct change *change) { store_tx_close(&change->tx); }

struct signin estate_signin(const char *action)
{
  estate_domain.limits.account_attempts = 10;
  estate_domain.limits.address_attempts = 1000;
  estate_domain.limits.access_token_time = 900 * CLOCK_SECOND;
  estate_domain.limits.session_time = 3600 * CLOCK_SECOND;
  estate_domain.limits.session_idle_time = 1800 * CLOCK_SECOND;
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = clock_now(),
                         .address = STR("192.0.2.1"),
                         .request_id = STR("r"),
                         .action = action};
}

struct store_tx *estate_auth(const struct signin *s)
{
  struct store_call call = domain_session_store(s);
  struct store_tx *tx = NULL;
  assert_ok(store_tx_open(&call, &tx));
  return tx;
}

const char *estate_member(struct str json, const char *name)
{
  struct str key = arena_print(test_arena, "\"%s\" : ", name);
  struct str text = arena_copy(test_arena, json);
  if (!text.p)
    return NULL;
  const char *at = strstr(text.p, key.p);
  if (!at)
    return NULL;
  at += key.n;
  size_t n = at[0] == '"' ? strcspn(at + 1, "\"") + 2 : strcspn(at, ",}");
  return arena_copy(test_arena, (struct str){at, n}).p;
}
