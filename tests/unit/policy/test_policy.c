/* Proves that the snapshot is what the database says, soon after every commit, and that it says so when it cannot know.
 */
#include "world.h"
#include "store/call.h"
#include <pthread.h>
#include <stdatomic.h>

static int follow(void **state)
{
  struct policy *policy = policy_with(0);
  *state = policy;
  return SOON(policy_fresh(policy)) ? 0 : -1;
}

static int leave(void **state)
{
  struct policy *policy = *state;
  policy_close(&policy);
  return policy ? -1 : 0;
}

static void a_database_that_is_down_is_no_reason_not_to_start(void **state)
{
  (void)state;
  struct policy *policy = NULL;
  assert_int_equal(policy_open(&(struct policy_config){"host=/nowhere dbname=none", 0}, &policy), R_OK);
  assert_false(policy_fresh(policy));
  assert_int_equal(policy_wait(policy, 1, clock_monotonic() + CLOCK_SECOND / 20), R_UNAVAILABLE);
  assert_false(policy_fresh(policy));
  assert_false(allowed(policy, 102, 2));
  policy_close(&policy);
  assert_null(policy);
}

static void what_was_there_is_loaded(void **state)
{
  const struct policy *policy = *state;
  struct bw_model_counts counts;
  bw_model_count(policy_model(policy), &counts);
  assert_int_equal(counts.tenants, 9);
  assert_int_equal(counts.roles, 9);
  assert_true(allowed(policy, 102, 4));
  assert_false(allowed(policy, 102, 7));
  assert_int_equal(bw_model_revision(policy_model(policy)), newest_revision());
}

static void a_role_permits_what_the_table_says(void **state)
{
  struct bw_role_fact role;
  struct bw_id viewer = id_in("00000000-0000-7000-8000-", 7);
  assert_true(bw_role(policy_model(*state), &viewer, &role));
  struct bw_permission_set expected = {0};
  bw_permission_add(&expected, BW_TENANT_READ);
  bw_permission_add(&expected, BW_USER_READ);
  bw_permission_add(&expected, BW_ROLE_READ);
  assert_memory_equal(&role.permissions, &expected, sizeof expected);
}

static void a_grant_made_by_hand_is_followed_and_so_is_its_end(void **state)
{
  assert_false(allowed(*state, 104, 4));
  sql("SELECT test.grant(250, 104, 3, 4, 'subtree');");
  assert_true(SOON(allowed(*state, 104, 4)));
  struct bw_id grant = id(250);
  struct bw_grant_fact fact;
  assert_true(bw_grant(policy_model(*state), &grant, &fact));
  assert_int_equal(fact.expires_at, 0);
  sql("UPDATE \"grant\" SET expires_at = '2001-02-03 04:05:06.789Z' WHERE id = test.id(250);");
  assert_true(SOON(!allowed(*state, 104, 4)));
  assert_true(bw_grant(policy_model(*state), &grant, &fact));
  assert_int_equal(fact.expires_at, 981173106789000);
  sql("DELETE FROM \"grant\" WHERE id = test.id(250);");
  assert_true(SOON(!bw_grant(policy_model(*state), &grant, &fact)));
}

static void what_a_group_holds_is_had_by_who_is_in_it_and_no_longer(void **state)
{
  sql("SELECT test.group(180, 4), test.group(181, 4), test.member(281, 104, 180), test.member(282, 180, 181),"
      " test.grant(252, 181, 3, 4, 'subtree');");
  assert_true(SOON(allowed(*state, 104, 4)));
  sql("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE id = test.id(180);");
  assert_true(SOON(!allowed(*state, 104, 4)));
  sql("UPDATE principal SET state = 'active', state_before = NULL WHERE id = test.id(180);");
  assert_true(SOON(allowed(*state, 104, 4)));
  struct bw_model_counts counts;
  bw_model_count(policy_model(*state), &counts);
  assert_int_equal(counts.memberships, 2);
  sql("DELETE FROM membership WHERE id = test.id(282);");
  assert_true(SOON(!allowed(*state, 104, 4)));
  sql("DELETE FROM principal WHERE kind = 'group';");
  bw_model_count(policy_model(*state), &counts);
  assert_true(SOON((bw_model_count(policy_model(*state), &counts), counts.memberships == 0)));
}

static void what_a_role_includes_is_had_by_whoever_holds_it(void **state)
{
  sql("INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)"
      " SELECT test.id(n), t.id, t.path, t.boundary, 'r' || n, p::text[]"
      "   FROM tenant t, (VALUES (190, '{audit:read}'), (191, '{}'), (192, '{}')) AS r (n, p) WHERE t.id = test.id(4);"
      "INSERT INTO role_include (tenant_id, tenant_path, tenant_boundary, role_id, included_id, included_path)"
      " SELECT r.tenant_id, r.tenant_path, r.tenant_boundary, r.id, x.id, x.tenant_path"
      "   FROM role r JOIN role x ON x.id = CASE r.id WHEN test.id(191) THEN test.id(190)"
      "                                             WHEN test.id(192) THEN test.id(191) END;");
  struct bw_id outer = id(192);
  struct bw_role_fact role;
  const struct bw_model *model = policy_model(*state);
  assert_true(SOON(bw_role(model, &outer, &role) && bw_permission_has(&role.permissions, BW_AUDIT_READ)));
  sql("UPDATE role SET permissions = '{user:read}' WHERE id = test.id(190);");
  assert_true(SOON(bw_role(model, &outer, &role) && bw_permission_has(&role.permissions, BW_USER_READ)));
  assert_false(bw_permission_has(&role.permissions, BW_AUDIT_READ));
  sql("DELETE FROM role_include;");
  assert_true(SOON(bw_role(model, &outer, &role) && !bw_permission_has(&role.permissions, BW_USER_READ)));
  sql("DELETE FROM role WHERE NOT builtin;");
  assert_true(SOON(!bw_role(model, &outer, &role)));
}

static void an_applied_revision_is_waited_for(void **state)
{
  sql("SELECT test.grant(251, 104, 3, 4, 'subtree');");
  assert_int_equal(policy_wait(*state, newest_revision(), clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  assert_true(allowed(*state, 104, 4));
  sql("DELETE FROM principal WHERE id = test.id(104);");
  assert_int_equal(policy_wait(*state, newest_revision(), clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  struct bw_id user = id(104), grant = id(251);
  assert_false(bw_principal(policy_model(*state), &user, &(struct bw_principal_fact){0}));
  assert_false(bw_grant(policy_model(*state), &grant, &(struct bw_grant_fact){0}));
  sql("SELECT test.user(104, 4);");
}

static void a_waiter_in_vain_makes_the_process_stale_until_it_caught_up(void **state)
{
  (void)state;
  struct policy *policy = policy_with(60 * CLOCK_SECOND);
  assert_true(SOON(policy_fresh(policy)));
  FILE *barrier = psql_open("bailiwick");
  fputs("BEGIN; LOCK TABLE installation;\n", barrier); /* which every look reads */
  fflush(barrier);
  FILE *watch = psql_open("bailiwick");
  fputs("DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE relation = 'installation'::regclass"
        " AND mode = 'AccessExclusiveLock' AND granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;\n",
        watch);
  assert_int_equal(pclose(watch), 0);
  sql("UPDATE principal SET epoch = epoch + 1 WHERE id = test.id(109);");
  uint64_t revision = newest_revision();
  assert_true(policy_fresh(policy));
  assert_int_equal(policy_wait(policy, revision, clock_monotonic() + CLOCK_SECOND / 5), R_UNAVAILABLE);
  assert_false(policy_fresh(policy));
  fputs("COMMIT;\n", barrier);
  assert_int_equal(pclose(barrier), 0);
  assert_true(SOON(policy_fresh(policy)));
  assert_true(bw_model_revision(policy_model(policy)) >= revision);
  policy_close(&policy);
}

static void a_change_of_unknown_number_is_waited_for(void **state)
{
  (void)state;
  struct policy *policy = policy_with(60 * CLOCK_SECOND);
  assert_true(SOON(policy_fresh(policy)));
  assert_true(allowed(policy, 102, 4));
  sql("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE id = test.id(102);");
  assert_int_equal(policy_wait(policy, STORE_REVISION_UNKNOWN, clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  assert_false(allowed(policy, 102, 4));
  assert_true(policy_fresh(policy));
  sql("UPDATE principal SET state = 'active', state_before = NULL WHERE id = test.id(102);");
  FILE *barrier = psql_open("bailiwick");
  fputs("BEGIN; LOCK TABLE installation;\n", barrier); /* which every look reads */
  fflush(barrier);
  FILE *watch = psql_open("bailiwick");
  fputs("DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE relation = 'installation'::regclass"
        " AND mode = 'AccessExclusiveLock' AND granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;\n",
        watch);
  assert_int_equal(pclose(watch), 0);
  assert_int_equal(policy_wait(policy, STORE_REVISION_UNKNOWN, clock_monotonic() + CLOCK_SECOND / 5), R_UNAVAILABLE);
  assert_false(policy_fresh(policy));
  fputs("COMMIT;\n", barrier);
  assert_int_equal(pclose(barrier), 0);
  assert_true(SOON(policy_fresh(policy)));
  assert_true(SOON(allowed(policy, 102, 4)));
  policy_close(&policy);
}

static void an_ended_session_is_over(void **state)
{
  struct bw_id user = id(106), session = id(301), gone = id(302);
  sql("SELECT test.session(301, 106), test.session(302, 106);");
  assert_true(bw_session_alive(policy_model(*state), &user, &session, 1));
  sql("UPDATE session SET ended_at = now() WHERE id = test.id(301);");
  assert_true(SOON(!bw_session_alive(policy_model(*state), &user, &session, 1)));
  assert_true(bw_session_alive(policy_model(*state), &user, &gone, 1));
  sql("BEGIN; UPDATE session SET ended_at = now() WHERE id = test.id(302);"
      "DELETE FROM session WHERE id = test.id(302); COMMIT;");
  assert_true(SOON(!bw_session_alive(policy_model(*state), &user, &gone, 1)));
}

static void recently_ended_sessions_are_loaded_and_old_ones_are_not(void **state)
{
  struct policy *before = *state;
  sql("SELECT test.session(311, 106), test.session(312, 106);"
      "UPDATE session SET ended_at = now() - interval '14 minutes' WHERE id = test.id(311);"
      "UPDATE session SET ended_at = now() - interval '21 minutes' WHERE id = test.id(312);");
  assert_int_equal(policy_wait(before, newest_revision(), clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  struct policy *policy = policy_with(0);
  assert_true(SOON(policy_fresh(policy)));
  struct bw_id user = id(106), recent = id(311), old = id(312);
  assert_false(bw_session_alive(policy_model(policy), &user, &recent, 1));
  assert_true(bw_session_alive(policy_model(policy), &user, &old, 1));
  policy_close(&policy);
}

static struct bw_assurance asked_by(const struct policy *policy, int tenant, unsigned portal)
{
  struct bw_id home = id(tenant);
  struct bw_assurance found;
  assert_true(bw_tenant_assurance(policy_model(policy), &home, portal, &found));
  return found;
}

static struct bw_assurance asked(const struct policy *policy, int tenant) { return asked_by(policy, tenant, 1); }

static void what_a_tenant_asks_of_sessions_is_followed(void **state)
{
  assert_int_equal(asked(*state, 4).rule, BW_FACTOR_NOBODY);
  sql("INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
      " SELECT id, path, boundary, 'security', n.name, n.value::jsonb FROM tenant,"
      " (VALUES ('second_factor', '\"privileged\"'), ('factor_age', '150')) n (name, value) WHERE tenant.id = test.id(4);");
  assert_true(SOON(asked(*state, 4).rule == BW_FACTOR_PRIVILEGED));
  assert_int_equal(asked(*state, 4).factor_minutes, 2);
  sql("UPDATE tenant_setting SET value = '\"whoever comes\"' WHERE name = 'second_factor';");
  assert_true(SOON(asked(*state, 4).rule == BW_FACTOR_EVERYONE));
  struct policy *policy = policy_with(60 * CLOCK_SECOND);
  assert_true(SOON(policy_fresh(policy)));
  assert_int_equal(asked(policy, 4).rule, BW_FACTOR_EVERYONE);
  assert_int_equal(asked(policy, 4).factor_minutes, 2);
  policy_close(&policy);
  sql("DELETE FROM tenant_setting;");
  assert_true(SOON(asked(*state, 4).rule == BW_FACTOR_NOBODY));
  assert_int_equal(asked(*state, 4).factor_minutes, 0);
}

static void what_a_tenant_asks_of_a_portal_is_followed(void **state)
{
  sql("INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
      " SELECT id, path, boundary, 'security', n.name, n.value::jsonb FROM tenant,"
      " (VALUES ('partner_second_factor', '\"everyone\"'), ('analytics_factor_age', '150')) n (name, value)"
      " WHERE tenant.id = test.id(4);");
  assert_true(SOON(asked_by(*state, 4, 2).rule == BW_FACTOR_EVERYONE));
  assert_int_equal(asked_by(*state, 4, 1).rule, BW_FACTOR_NOBODY);
  assert_int_equal(asked_by(*state, 4, 3).factor_minutes, 2);
  sql("UPDATE tenant_setting SET value = '60' WHERE name = 'analytics_factor_age';");
  assert_true(SOON(asked_by(*state, 4, 3).factor_minutes == 1));
  struct policy *policy = policy_with(60 * CLOCK_SECOND);
  assert_true(SOON(policy_fresh(policy)));
  assert_int_equal(asked_by(policy, 4, 2).rule, BW_FACTOR_EVERYONE);
  assert_int_equal(asked_by(policy, 4, 3).factor_minutes, 1);
  assert_int_equal(asked_by(policy, 4, 2).factor_minutes, 0);
  policy_close(&policy);
  sql("DELETE FROM tenant_setting;");
  assert_true(SOON(asked_by(*state, 4, 2).rule == BW_FACTOR_NOBODY));
  assert_int_equal(asked_by(*state, 4, 3).factor_minutes, 0);
}

static bool admits(const struct policy *policy, int tenant, int client, unsigned char last)
{
  struct bw_id home = id(tenant), machine = id(client);
  unsigned char from[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 192, [14] = 2, [15] = last};
  return tenant ? bw_tenant_admits(policy_model(policy), &home, from)
                : bw_client_admits(policy_model(policy), &machine, from);
}

static void from_where_people_and_clients_may_come_is_followed(void **state)
{
  sql("INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
      " SELECT id, path, boundary, 'security', 'networks', '[\"192.0.2.7\", \"10.0.0.0/8\"]' FROM tenant WHERE id = test.id(4);"
      "INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key, networks)"
      " SELECT test.id(190), id, path, boundary, 'client', 'active', 'Machine', 'machine', '{192.0.2.8/32}' FROM tenant WHERE id = test.id(4);");
  assert_true(SOON(!admits(*state, 4, 0, 8) && !admits(*state, 0, 190, 7)));
  assert_true(admits(*state, 4, 0, 7) && admits(*state, 0, 190, 8));
  struct policy *policy = policy_with(60 * CLOCK_SECOND);
  assert_true(SOON(policy_fresh(policy)));
  assert_true(admits(policy, 4, 0, 7) && !admits(policy, 4, 0, 8));
  assert_true(admits(policy, 0, 190, 8) && !admits(policy, 0, 190, 7));
  policy_close(&policy);
  sql("DELETE FROM tenant_setting; UPDATE principal SET networks = '{192.0.2.7/32}' WHERE id = test.id(190);");
  assert_true(SOON(admits(*state, 4, 0, 8) && admits(*state, 0, 190, 7)));
  assert_false(admits(*state, 0, 190, 8));
  sql("DELETE FROM principal WHERE id = test.id(190);");
  assert_true(SOON(admits(*state, 0, 190, 8)));
}

static void another_epoch_ends_all_sessions(void **state)
{
  struct bw_id user = id(106), session = id(320);
  assert_true(bw_session_alive(policy_model(*state), &user, &session, 1));
  sql("UPDATE principal SET epoch = 2 WHERE id = test.id(106);");
  assert_true(SOON(bw_session_alive(policy_model(*state), &user, &session, 2)));
  assert_false(bw_session_alive(policy_model(*state), &user, &session, 1));
  sql("UPDATE principal SET epoch = 1 WHERE id = test.id(106);");
  assert_true(SOON(bw_session_alive(policy_model(*state), &user, &session, 1)));
}

/* Looks all the time for what no commit ever allowed. */
struct watcher {
  const struct policy *policy;
  atomic_bool stop;
  unsigned long looks, wrong;
};

static void *watch_tenant_5(void *argument)
{
  struct watcher *w = argument;
  while (!atomic_load(&w->stop)) {
    w->wrong += allowed(w->policy, 106, 5);
    w->looks++;
  }
  return NULL;
}

static void a_transaction_is_seen_whole_or_not_at_all(void **state)
{
  struct watcher w = {.policy = *state};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, watch_tenant_5, &w), 0);
  FILE *psql = psql_open("bailiwick");
  for (int i = 0; i < 40; i++) {
    fputs("BEGIN; UPDATE tenant SET state = 'suspended', suspended_reach = 'subtree', suspended_at = now()"
          " WHERE id = test.id(6); SELECT test.move(5, 6); COMMIT; SELECT pg_sleep(0.01);\n",
          psql);
    fputs("BEGIN; SELECT test.move(5, 2); UPDATE tenant SET state = 'active', suspended_reach = NULL,"
          " suspended_at = NULL WHERE id = test.id(6); COMMIT; SELECT pg_sleep(0.01);\n",
          psql);
  }
  assert_int_equal(pclose(psql), 0);
  assert_int_equal(policy_wait(*state, newest_revision(), clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  atomic_store(&w.stop, true);
  pthread_join(thread, NULL);
  assert_true(w.looks > 0);
  assert_int_equal(w.wrong, 0);
  assert_true(allowed(*state, 102, 5));
  assert_true(allowed(*state, 106, 7));
}

/* The snapshot's own words for the fact that a line of test.fact speaks of. */
static bool says(const struct bw_model *model, const char *line)
{
  static const char *const kinds[] = {"", "provider", "partner", "customer"};
  static const char *const tenant_states[] = {"", "active", "staff", "subtree"};
  static const char *const states[] = {"", "active", "invited", "suspended", "terminated"};
  struct bw_tenant_fact t;
  struct bw_principal_fact p;
  struct bw_grant_fact g;
  struct uuid uuid;
  char a[UUID_TEXT] = "", b[UUID_TEXT], c[UUID_TEXT], own[256] = "";
  assert_true(uuid_parse((struct str){line + 2, 36}, &uuid));
  struct bw_id object = policy_id(&uuid);
  if (line[0] == 't' && bw_tenant(model, &object, &t)) {
    uuid = policy_uuid(&t.parent);
    uuid_format(&uuid, a);
    snprintf(own, sizeof own, "t %.36s%s%s %.8s %s %s %s", line + 2, t.kind > 1 ? " " : "", t.kind > 1 ? a : "",
             t.label, kinds[t.kind], tenant_states[t.state], t.boundary ? "t" : "f");
  }
  if (line[0] == 'p' && bw_principal(model, &object, &p)) {
    uuid = policy_uuid(&p.home);
    uuid_format(&uuid, a);
    snprintf(own, sizeof own, "p %.36s %s %s %u", line + 2, a, states[p.state], p.epoch);
  }
  if (line[0] == 'g' && bw_grant(model, &object, &g)) {
    struct uuid who = policy_uuid(&g.principal), role = policy_uuid(&g.role), at = policy_uuid(&g.tenant);
    uuid_format(&who, a);
    uuid_format(&role, b);
    uuid_format(&at, c);
    snprintf(own, sizeof own, "g %.36s %s %s %s %s", line + 2, a, b, c, g.reach == BW_REACH_SELF ? "self" : "subtree");
  }
  return strcmp(own, line) == 0;
}

static void assert_equals_tables(const struct policy *policy)
{
  size_t lines = 0, different = 0;
  char line[256];
  struct bw_model_counts counts;
  sql("SELECT line FROM test.fact;");
  FILE *file = output();
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    lines++;
    different += !says(policy_model(policy), line);
  }
  fclose(file);
  bw_model_count(policy_model(policy), &counts);
  assert_int_equal(different, 0);
  assert_int_equal(counts.tenants + counts.principals + counts.grants, lines);
}

enum { WRITERS = 8, STORM_SECONDS = 3 };

/* A writer's transactions: some short, some long, some rolled back, some over several objects, all interleaved. */
static const char storm[] =
    "DO $$ DECLARE until timestamptz := clock_timestamp() + interval '%d s'; w integer := %d; n integer := 0; k "
    "integer;\n"
    "BEGIN WHILE clock_timestamp() < until LOOP\n"
    "  n := n + 1; k := 100000 * w + n;\n"
    "  BEGIN\n"
    "    PERFORM test.user(k, CASE n %% 3 WHEN 0 THEN 2 WHEN 1 THEN 4 ELSE 9 END);\n"
    "    IF n %% 3 = 1 THEN PERFORM test.grant(10000000 + k, k, 7, 4, 'self'); END IF;\n"
    "    IF n %% 7 = 0 THEN RAISE EXCEPTION 'undone'; END IF;\n"
    "  EXCEPTION WHEN raise_exception THEN NULL; END;\n"
    "  UPDATE bailiwick.principal SET state = 'suspended', state_before = 'active', epoch = epoch + 1\n"
    "   WHERE id = test.id(k - 2) AND n %% 4 = 0;\n"
    "  DELETE FROM bailiwick.principal WHERE id = test.id(k - 5) AND n %% 5 = 0;\n"
    "  PERFORM pg_sleep(random() * 0.004);\n"
    "  IF n %% 11 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;\n"
    "END LOOP; END $$;\n";

static void nothing_is_missed_in_a_storm_of_commits(void **state)
{
  FILE *writers[WRITERS];
  uint64_t before = newest_revision();
  for (int i = 0; i < WRITERS; i++) {
    writers[i] = psql_open("bailiwick");
    fprintf(writers[i], storm, STORM_SECONDS, i + 1);
    fflush(writers[i]);
  }
  for (int i = 0; i < WRITERS; i++)
    assert_int_equal(pclose(writers[i]), 0);
  uint64_t revision = newest_revision();
  assert_true(revision > before + 500);
  assert_int_equal(policy_wait(*state, revision, clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  assert_equals_tables(*state);
  assert_true(metric(*state, "bailiwick_policy_reloads_total") < 1);
}

/* Changes that leave no event, as a restore does. */
#define IN_SILENCE "SET session_replication_role = replica; "

static void another_policy_epoch_loads_everything_anew(void **state)
{
  const struct bw_model *model = policy_model(*state);
  sql(IN_SILENCE "UPDATE principal SET state = 'suspended', state_before = 'active' WHERE id = test.id(102);"
                 "UPDATE installation SET policy_epoch = gen_random_uuid();");
  assert_true(SOON(!allowed(*state, 102, 2)));
  sql(IN_SILENCE "UPDATE principal SET state = 'active', state_before = NULL WHERE id = test.id(102);"
                 "UPDATE installation SET policy_epoch = gen_random_uuid();");
  assert_true(SOON(allowed(*state, 102, 2)));
  assert_true(SOON(metric(*state, "bailiwick_policy_reloads_total") > 1));
  assert_ptr_equal(policy_model(*state), model);
  assert_equals_tables(*state);
}

static void pruned_events_load_everything_anew(void **state)
{
  sql(IN_SILENCE "BEGIN; UPDATE principal SET state = 'suspended', state_before = 'active' WHERE id = test.id(102);"
                 "DELETE FROM policy_event; INSERT INTO policy_event (revision, kind, object)"
                 " VALUES (nextval('policy_revision_seq') + 5, 'tenant', test.id(2)); COMMIT;"
                 "SELECT setval('policy_revision_seq', (SELECT max(revision) FROM policy_event));");
  assert_true(SOON(!allowed(*state, 102, 2)));
  sql("UPDATE principal SET state = 'active', state_before = NULL WHERE id = test.id(102);");
  assert_true(SOON(allowed(*state, 102, 2)));
  assert_true(SOON(metric(*state, "bailiwick_policy_reloads_total") > 0));
  assert_equals_tables(*state);
}

static void more_events_than_are_worth_following_load_everything_anew(void **state)
{
  sql(IN_SILENCE "INSERT INTO policy_event (revision, kind, object)"
                 " SELECT nextval('policy_revision_seq'), 'tenant', test.id(2) FROM generate_series(1, 50001);");
  assert_int_equal(policy_wait(*state, newest_revision(), clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  assert_int_equal(metric(*state, "bailiwick_policy_reloads_total"), 1);
}

static void every_event_of_a_large_transaction_is_numbered(void **state)
{
  sql("BEGIN; SELECT test.user(n, 5), test.grant(n + 10000, n, 7, 5, 'self') FROM generate_series(20001, 24000) n;"
      "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; SELECT test.user(n, 5) FROM generate_series(24001, "
      "24500) n;"
      "COMMIT; SELECT count(*) FROM policy_event WHERE revision IS NULL;");
  FILE *file = output();
  unsigned unnumbered = 1;
  while (fscanf(file, "%u", &unnumbered) == 1 || fgetc(file) != EOF)
    continue;
  fclose(file);
  assert_int_equal(unnumbered, 0);
  assert_int_equal(policy_wait(*state, newest_revision(), clock_monotonic() + 20 * CLOCK_SECOND), R_OK);
  assert_equals_tables(*state);
  sql("DELETE FROM principal WHERE id BETWEEN test.id(20001) AND test.id(24500);");
}

static void pruning_takes_the_beginning_and_never_a_middle(void **state)
{
  (void)state;
  sql("UPDATE policy_event SET created_at = now() - interval '2 days';"
      "SELECT test.grant(270, 104, 7, 4, 'self'); SELECT test.grant(271, 104, 7, 4, 'subtree');"
      "DELETE FROM \"grant\" WHERE id = test.id(270);"
      "UPDATE policy_event SET created_at = now() - interval '2 days' WHERE object = test.id(271);"
      "SELECT policy_event_prune('1 day');"
      "SELECT string_agg(right(object::text, 3), ' ' ORDER BY revision) FROM policy_event;");
  char line[256] = "";
  FILE *file = output();
  while (fgets(line, sizeof line, file))
    continue;
  fclose(file);
  assert_string_equal(line, "270 271 270\n");
  sql("DELETE FROM \"grant\" WHERE id = test.id(271); UPDATE policy_event SET created_at = now() - interval '2 days';"
      "SELECT policy_event_prune('1 day');");
  assert_true(newest_revision() > 0);
}

static void a_lower_maximum_loads_everything_anew(void **state)
{
  sql("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE id = test.id(102);");
  assert_true(SOON(!allowed(*state, 102, 2)));
  sql(IN_SILENCE "BEGIN; UPDATE principal SET state = 'active', state_before = NULL WHERE id = test.id(102);"
                 "DELETE FROM policy_event WHERE revision = (SELECT max(revision) FROM policy_event); COMMIT;");
  assert_true(SOON(allowed(*state, 102, 2)));
  assert_true(SOON(policy_fresh(*state)));
  assert_true(SOON(metric(*state, "bailiwick_policy_reloads_total") > 0));
}

static void a_restart_of_the_database_is_survived(void **state)
{
  assert_true(server("stop"));
  assert_true(SOON(!policy_fresh(*state)));
  assert_true(allowed(*state, 102, 2));
  assert_true(server("start"));
  sql("UPDATE principal SET state = 'suspended', state_before = 'active' WHERE id = test.id(102);");
  assert_true(SOON(!allowed(*state, 102, 2)));
  assert_true(SOON(policy_fresh(*state)));
  sql("UPDATE principal SET state = 'active', state_before = NULL WHERE id = test.id(102);");
  assert_true(SOON(allowed(*state, 102, 2)));
}

static void an_open_transaction_elsewhere_delays_nothing(void **state)
{
  assert_true(shell(PROGRAMS "createdb -h %s -U postgres elsewhere", directory));
  FILE *elsewhere = psql_open("elsewhere");
  fputs("BEGIN; CREATE TABLE held (n integer); SELECT pg_current_xact_id();\n", elsewhere);
  fflush(elsewhere);
  FILE *here = psql_open("bailiwick");
  fputs("BEGIN; CREATE TABLE test.held (n integer); SELECT pg_current_xact_id();\n", here);
  fflush(here);
  pause_ms(100);
  sql("SELECT test.grant(260, 104, 3, 4, 'subtree');");
  assert_true(SOON(allowed(*state, 104, 4)));
  fputs("ROLLBACK;\n", here);
  assert_int_equal(pclose(here), 0);
  fputs("ROLLBACK;\n", elsewhere);
  assert_int_equal(pclose(elsewhere), 0);
}

static void metrics_say_how_much_is_known(void **state)
{
  assert_int_equal(metric(*state, "bailiwick_policy_facts{kind=\"role\"}"), 9);
  assert_int_equal(metric(*state, "bailiwick_policy_revision"), newest_revision());
  assert_true(metric(*state, "bailiwick_policy_bytes") > 1000);
  assert_true(metric(*state, "bailiwick_policy_age_seconds") >= 0);
  assert_int_equal(metric(*state, "bailiwick_policy_fresh"), 1);
}

#define FOLLOWED(test) cmocka_unit_test_setup_teardown(test, follow, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_database_that_is_down_is_no_reason_not_to_start),
      FOLLOWED(what_was_there_is_loaded),
      FOLLOWED(a_role_permits_what_the_table_says),
      FOLLOWED(a_grant_made_by_hand_is_followed_and_so_is_its_end),
      FOLLOWED(what_a_group_holds_is_had_by_who_is_in_it_and_no_longer),
      FOLLOWED(what_a_role_includes_is_had_by_whoever_holds_it),
      FOLLOWED(an_applied_revision_is_waited_for),
      cmocka_unit_test(a_waiter_in_vain_makes_the_process_stale_until_it_caught_up),
      cmocka_unit_test(a_change_of_unknown_number_is_waited_for),
      FOLLOWED(an_ended_session_is_over),
      FOLLOWED(recently_ended_sessions_are_loaded_and_old_ones_are_not),
      FOLLOWED(what_a_tenant_asks_of_sessions_is_followed),
      FOLLOWED(what_a_tenant_asks_of_a_portal_is_followed),
      FOLLOWED(from_where_people_and_clients_may_come_is_followed),
      FOLLOWED(another_epoch_ends_all_sessions),
      FOLLOWED(a_transaction_is_seen_whole_or_not_at_all),
      FOLLOWED(nothing_is_missed_in_a_storm_of_commits),
      FOLLOWED(another_policy_epoch_loads_everything_anew),
      FOLLOWED(pruned_events_load_everything_anew),
      FOLLOWED(more_events_than_are_worth_following_load_everything_anew),
      FOLLOWED(every_event_of_a_large_transaction_is_numbered),
      cmocka_unit_test(pruning_takes_the_beginning_and_never_a_middle),
      FOLLOWED(a_lower_maximum_loads_everything_anew),
      FOLLOWED(a_restart_of_the_database_is_survived),
      FOLLOWED(an_open_transaction_elsewhere_delays_nothing),
      FOLLOWED(metrics_say_how_much_is_known),
  };
  return cmocka_run_group_tests(tests, server_up, server_down);
}
