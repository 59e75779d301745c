/* A dry run tells what the same content would do, whatever its rows have to do with each other. */
#include "import/content.h"
#include "import/job.h"
#include "import/result.h"
#include "import/step.h"
#include "support/estate.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILES = 8, ROWS = 30, TEXT = 1 << 20, STEP_ARENA = 192 << 20, PLACES = 64 };

static struct domain_refusal *refusals;
static uint64_t seed, began; /* began: of the content */
static enum estate_user submitter;

/* xorshift64 */
static unsigned below(unsigned count)
{
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)(seed >> 33) % count;
}

/* What is there before a content is loaded, and can be named by ids. */

enum { KNOWN = 16 };
static struct known {
  struct str id, home;
} known_users[KNOWN], known_groups[KNOWN], known_tenants[KNOWN]; /* of a tenant: its parent */
static size_t known_user_count, known_group_count, known_tenant_count;

static size_t learn(const char *question, struct known known[KNOWN])
{
  struct str answer = arena_copy(estate_arena(), str_of(estate_ask("%s", question)));
  size_t count = 0;
  for (; answer.n > 0 && count < KNOWN; count++) {
    known[count].id = str_cut(&answer, ' ');
    known[count].home = str_cut(&answer, ' ');
  }
  return count;
}

static void learn_all(void)
{
  known_tenant_count = learn("SELECT string_agg(id || ' ' || parent_id, ' ') FROM (SELECT * FROM tenant"
                             " WHERE starts_with(path, '/00000000/p') ORDER BY path LIMIT 16) t",
                             known_tenants);
  known_user_count = learn("SELECT string_agg(id || ' ' || tenant_id, ' ') FROM (SELECT * FROM principal"
                           " WHERE kind = 'user' AND tenant_path > '/00000000' ORDER BY md5(login) LIMIT 16) p",
                           known_users);
  known_group_count = learn("SELECT string_agg(id || ' ' || tenant_id, ' ') FROM (SELECT * FROM principal"
                            " WHERE kind = 'group' AND tenant_path > '/00000000' ORDER BY md5(name_key) LIMIT 16) p",
                            known_groups);
}

/* Contents. */

static void put_id(struct buf *text, const char *member, struct str id)
{
  buf_print(text, ",\"%s\":\"id:", member);
  buf_put(text, id);
  buf_put_char(text, '"');
}

static void put_place(struct buf *text, const char *member)
{
  unsigned which = below(7);
  if (which < 5)
    buf_print(text, ",\"%s\":\"t%u\"", member, which);
  else if (which == 5)
    put_id(text, member, known_tenants[below((unsigned)known_tenant_count)].id);
}

/* What is there, most often where it is. */
static void put_known(struct buf *text, const struct known *all, size_t count, const char *member, const char *home)
{
  const struct known *known = &all[below((unsigned)count)];
  put_id(text, member, known->id);
  if (below(8) > 0)
    put_id(text, home, known->home);
}

static void put_tenant(struct buf *text)
{
  const struct known *known = &known_tenants[below((unsigned)known_tenant_count)];
  if (below(6) == 0) {
    buf_print(text, "{\"kind\":\"tenant\",\"tenant_kind\":\"customer\",\"name\":\"N%u\"", below(3));
    put_id(text, "external_id", known->id);
    put_id(text, "tenant_external_id", known->home);
    return;
  }
  buf_print(text, "{\"kind\":\"tenant\",\"external_id\":\"t%u\",\"tenant_kind\":\"%s\",\"name\":\"N%u\"", below(5),
            below(3) ? "partner" : "customer", below(3));
  put_place(text, "tenant_external_id");
}

static void put_user(struct buf *text)
{
  buf_print(text, "{\"kind\":\"user\",\"login\":\"%c%u\"", below(2) ? 'l' : 'L', below(5));
  if (below(2))
    buf_print(text, ",\"display_name\":\"D%u\"", below(3));
  if (below(5) == 0) {
    put_known(text, known_users, known_user_count, "external_id", "tenant_external_id");
    return;
  }
  if (below(4) > 0)
    buf_print(text, ",\"external_id\":\"u%u\"", below(5));
  put_place(text, "tenant_external_id");
}

static void put_grant(struct buf *text)
{
  static const char *const roles[] = {"viewer", "helpdesk", "partner_admin", "nothing",
                                      "id:00000000-0000-7000-8000-000000000007"}; /* viewer */
  bool by_id = below(4) == 0;
  buf_print(text, "{\"kind\":\"grant\",\"role\":\"%s\",\"scope\":\"%s\"", roles[below(5)],
            below(2) ? "self" : "subtree");
  if (by_id)
    put_known(text, known_users, known_user_count, "user_external_id", "user_tenant_external_id");
  else if (below(4) == 0)
    buf_print(text, ",\"client_external_id\":\"c%u\"", below(3));
  else if (below(4) == 0)
    buf_print(text, ",\"%s%u\"", below(2) ? "group_external_id\":\"g" : "group_display_name\":\"n", below(4));
  else
    buf_print(text, ",\"%s%u\"", below(3) ? "user_external_id\":\"u" : "user_login\":\"L", below(5));
  put_place(text, "tenant_external_id");
  if (!by_id && below(2))
    put_place(text, "user_tenant_external_id");
  if (below(3) == 0)
    buf_print(text, ",\"reason\":\"R%u\"", below(2));
}

static void put_client(struct buf *text)
{
  buf_print(text, "{\"kind\":\"client\",\"external_id\":\"c%u\",\"display_name\":\"C%u\"", below(3), below(2));
  put_place(text, "tenant_external_id");
}

static void put_group(struct buf *text)
{
  static const char *const states[] = {"", "", ",\"state\":\"suspended\"", ",\"state\":\"active\""};
  buf_print(text, "{\"kind\":\"group\",\"display_name\":\"%c%u\"%s", below(2) ? 'n' : 'N', below(4), states[below(4)]);
  if (known_group_count > 0 && below(4) == 0) {
    put_known(text, known_groups, known_group_count, "external_id", "tenant_external_id");
    return;
  }
  if (below(3) > 0)
    buf_print(text, ",\"external_id\":\"g%u\"", below(4));
  put_place(text, "tenant_external_id");
}

static void put_membership(struct buf *text)
{
  static const char *const members[] = {"user_external_id\":\"u", "user_external_id\":\"u", "user_login\":\"L",
                                        "client_external_id\":\"c", "group_external_id\":\"g",
                                        "group_display_name\":\"n"};
  buf_print(text, "{\"kind\":\"membership\",\"%s%u\",\"%s%u\"", below(3) ? "external_id\":\"g" : "display_name\":\"n",
            below(4), members[below(6)], below(4));
  put_place(text, "tenant_external_id");
}

static int admins; /* the number of those who run P1 */

/* Who runs P1 is dated, or taken away. */
static void put_admin(struct buf *text)
{
  unsigned who = below(2);
  if (below(2))
    buf_print(text, "{\"kind\":\"user\",\"external_id\":\"run%d%u\",\"login\":\"run%d%u\"", admins, who, admins, who);
  else
    buf_print(text,
              "{\"kind\":\"grant\",\"role\":\"partner_admin\",\"scope\":\"subtree\",\"user_login\":\"run%d%u\"%s",
              admins, who, below(2) ? ",\"expires_at\":\"2099-01-01T00:00:00Z\"" : "");
}

static struct str content(void)
{
  static void (*const kinds[])(struct buf * text) = {put_tenant, put_tenant, put_user,  put_user,
                                                     put_user,   put_grant,  put_grant, put_client,
                                                     put_group,  put_group,  put_membership,
                                                     put_membership, put_membership};
  struct buf text = buf_in(estate_arena(), TEXT);
  learn_all();
  for (int i = 0; i < ROWS; i++) {
    if (below(20) == 0)
      buf_put(&text, STR("{"));
    else if (below(6) == 0)
      put_admin(&text);
    else
      kinds[below(sizeof kinds / sizeof *kinds)](&text);
    buf_put(&text, below(30) ? STR("}\n") : STR("\n"));
  }
  return buf_str(&text);
}

/* Jobs. */

static struct store_import_key begun(const char *mode, struct str bytes, bool dry_run)
{
  struct change change = estate_change(submitter, P1);
  const struct import_job_new job = {.tenant = estate_tenant(P1),
                                     .kind = STR("mixed"),
                                     .format = STR("ndjson"),
                                     .mode = str_of(mode),
                                     .on_error = STR("continue"),
                                     .invitations = STR("none"),
                                     .dry_run = dry_run};
  struct outcome outcome;
  int64_t expected;
  estate_domain.limits.import_size = TEXT;
  assert_ok(import_job_open(&change, &job, &outcome));
  struct store_import_key key = {estate_tenant(P1), outcome.id};
  const struct import_job_span span = {key, 0, (int64_t)bytes.n};
  assert_ok(import_job_announce(&change, &span, &expected));
  assert_ok(import_job_fill(&change, &span, bytes.p, &expected));
  assert_ok(import_job_start(&change, &key, &outcome, &expected));
  estate_commit(&change);
  return key;
}

static void run(int rows)
{
  struct import_pace pace = {.rows = rows, .refusals = refusals};
  enum result r = R_OK;
  while (r != R_NOT_FOUND) {
    struct arena *arena = arena_new(STEP_ARENA);
    struct import_stepped stepped;
    r = import_step(&estate_domain, &pace, arena, &stepped);
    arena_free(&arena);
    if (r != R_OK && r != R_NOT_FOUND && r != R_AGAIN && r != R_UNAVAILABLE)
      fail_msg("%s: %s, seed %llu", result_row(r)->code, store_last_error(), (unsigned long long)began);
    pace.known = stepped.revision;
  }
}

/* Without ids: what has not been made has none. */
static void put_results(struct buf *text, struct str lines)
{
  while (lines.n > 0) {
    struct str line = arena_copy(estate_arena(), str_cut(&lines, '\n'));
    const char *begin = strstr(line.p, "\"id\":");
    assert_non_null(begin);
    const char *end = strchr(begin, ',');
    buf_put(text, (struct str){line.p, (size_t)(begin - line.p)});
    buf_put(text, str_of(end));
    buf_put_char(text, '\n');
  }
}

static struct str results(const struct store_import_key *key)
{
  struct store_call call = estate_whole();
  const struct store_import_results wanted = {.key = *key, .limit = PLACES};
  const struct store_import_result *found;
  struct buf text = buf_in(estate_arena(), TEXT);
  size_t count;
  assert_ok(store_import_result_list(&call, &wanted, &found, &count));
  for (size_t i = 0; i < count; i++) {
    struct str sorted;
    assert_ok(import_results_sort(found[i].lines, 0, estate_arena(), &sorted));
    put_results(&text, sorted);
  }
  return buf_str(&text);
}

static const char *standing(void)
{
  static const char *const statement =
      "SELECT (SELECT count(*) FROM tenant), (SELECT count(*) FROM principal), (SELECT count(*) FROM \"grant\"),"
      " (SELECT count(*) FROM membership),"
      " (SELECT sum(version) FROM principal), (SELECT sum(version) FROM tenant), (SELECT count(*) FROM vault.outbox)";
  return arena_copy(estate_arena(), str_of(estate_ask("%s", statement))).p;
}

static void compare(const char *mode, struct str bytes, int rows)
{
  const char *before = standing();
  struct store_import_key dry = begun(mode, bytes, true);
  run(rows);
  assert_string_equal(standing(), before);
  struct store_import_key real = begun(mode, bytes, false);
  run(rows);
  struct str told = results(&dry), done = results(&real);
  if (!str_equal(told, done))
    print_message("%s, %d rows a step, seed %llu:\n%s\n", mode, rows, (unsigned long long)began, bytes.p);
  assert_string_equal(told.p, done.p);
}

/* Whose own grant ends before those of others leaves them no successor. */
static void ends_soon(enum estate_user user)
{
  struct uuid id = estate_user(user);
  char text[UUID_TEXT];
  uuid_format(&id, text);
  estate_sql("UPDATE \"grant\" SET expires_at = now() + '1 day' WHERE principal_id = '%s'", text);
}

/* Two who run P1, by names that end so, and active. */
static void made_two_admins(int number)
{
  struct buf text = buf_in(estate_arena(), TEXT);
  for (int i = 0; i < 2; i++)
    buf_print(&text,
              "{\"kind\":\"user\",\"external_id\":\"run%d%d\",\"login\":\"run%d%d\"}\n"
              "{\"kind\":\"grant\",\"role\":\"partner_admin\",\"scope\":\"subtree\",\"user_login\":\"run%d%d\"}\n",
              number, i, number, i, number, i);
  submitter = PROVIDER_ADMIN;
  (void)begun("upsert", buf_str(&text), false);
  run(ROWS);
  estate_sql("UPDATE principal SET state = 'active' WHERE login LIKE 'run%d_'", number);
  estate_settle();
}

static void whatever_the_rows_are_a_dry_run_tells_what_they_do(void **state)
{
  (void)state;
  static const char *const modes[] = {"upsert", "upsert", "create", "delete"};
  const char *given = getenv("DRAFT_SEED"), *files = getenv("DRAFT_FILES");
  seed = given ? strtoull(given, NULL, 10) : 20261128;
  ends_soon(P1_ADMIN);
  for (int i = 0; i < (files ? atoi(files) : FILES); i++) {
    admins = 10 + i;
    made_two_admins(admins);
    began = seed;
    const char *mode = modes[below(4)];
    int rows = 1 + (int)below(4) * (int)below(4);
    submitter = below(3) ? PROVIDER_ADMIN : P1_ADMIN;
    compare(mode, content(), rows);
  }
}

/* Each depends on the one before it, and comes in a step of its own. */
static void what_earlier_steps_would_have_made_is_there(void **state)
{
  (void)state;
  struct buf text = buf_in(estate_arena(), TEXT);
  buf_put(&text, STR("{\"kind\":\"tenant\",\"external_id\":\"d1\",\"tenant_kind\":\"partner\",\"name\":\"D\"}\n"
                     "{\"kind\":\"tenant\",\"external_id\":\"d2\",\"tenant_external_id\":\"d1\",\"tenant_kind\":"
                     "\"customer\",\"name\":\"D\"}\n"
                     "{\"kind\":\"user\",\"external_id\":\"x\",\"tenant_external_id\":\"d2\",\"login\":\"ada\"}\n"
                     "{\"kind\":\"user\",\"external_id\":\"x\",\"tenant_external_id\":\"d2\",\"login\":\"bob\"}\n"
                     "{\"kind\":\"user\",\"external_id\":\"y\",\"tenant_external_id\":\"d2\",\"login\":\"Ada\"}\n"
                     "{\"kind\":\"user\",\"external_id\":\"z\",\"tenant_external_id\":\"d2\",\"login\":\"BOB\"}\n"
                     "{\"kind\":\"grant\",\"user_external_id\":\"y\",\"tenant_external_id\":\"d2\",\"role\":\"viewer\","
                     "\"scope\":\"self\"}\n"
                     "{\"kind\":\"user\",\"external_id\":\"x\",\"tenant_external_id\":\"d2\",\"login\":\"bob\"}\n"));
  submitter = PROVIDER_ADMIN;
  struct store_import_key dry = begun("upsert", buf_str(&text), true);
  run(1);
  struct str rest = results(&dry);
  static const char *const wanted[] = {"created", "created", "created", "updated",
                                       "created", "refused", "created", "unchanged"};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    struct str line = arena_copy(estate_arena(), str_cut(&rest, '\n'));
    struct str outcome = arena_print(estate_arena(), "\"outcome\":\"%s\"", wanted[i]);
    if (!strstr(line.p, outcome.p))
      fail_msg("%s", line.p);
  }
  assert_int_equal(rest.n, 0);
  compare("upsert", buf_str(&text), 1);
}

/* The grant or the whole person, of one and then of the other: who loads runs the tenant for no longer than a day. */
static void whoever_runs_a_tenant_last_is_known_over_steps(void **state)
{
  (void)state;
  ends_soon(P1_ADMIN);
  for (int which = 0; which < 4; which++) {
    struct buf text = buf_in(estate_arena(), TEXT);
    made_two_admins(which);
    for (int i = 0; i < 2; i++)
      if (which >> i & 1)
        buf_print(&text, "{\"kind\":\"user\",\"external_id\":\"run%d%d\"}\n", which, i);
      else
        buf_print(&text,
                  "{\"kind\":\"grant\",\"role\":\"partner_admin\",\"scope\":\"subtree\","
                  "\"user_external_id\":\"run%d%d\"}\n",
                  which, i);
    submitter = P1_ADMIN;
    struct store_import_key dry = begun("delete", buf_str(&text), true);
    run(1);
    struct str told = results(&dry);
    if (!strstr(told.p, "last_admin"))
      fail_msg("%d: %s", which, told.p);
    compare("delete", buf_str(&text), 1);
    estate_sql("DELETE FROM \"grant\" g USING principal p WHERE p.id = g.principal_id AND p.login LIKE 'run%d_'",
               which);
  }
}

static int up(void **state)
{
  if (estate_up(state) != 0)
    return -1;
  return domain_refusal_open(&estate_domain, 256, &refusals) == R_OK ? 0 : -1;
}

static int down(void **state)
{
  domain_refusal_close(&refusals);
  return estate_down(state);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_earlier_steps_would_have_made_is_there, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(whoever_runs_a_tenant_last_is_known_over_steps, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(whatever_the_rows_are_a_dry_run_tells_what_they_do, estate_begin, estate_end),
  };
  return cmocka_run_group_tests(tests, up, down);
}
