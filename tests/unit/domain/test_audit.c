/* What an event of a change tells, and to whom. */
#include "domain/audit.h"
#include "domain/grant.h"
#include "domain/tenant.h"
#include "support/estate.h"
#include <stdlib.h>

static struct str newest(enum estate_user reader, enum estate_tenant tenant)
{
  struct store_call call = estate_call(reader, tenant);
  struct uuid id = estate_tenant(tenant);
  struct store_page page = {0};
  assert_ok(store_audit_list(&call, &id, &(struct store_audit_filter){.limit = 1}, &page));
  assert_int_equal(page.count, 1);
  return arena_copy(estate_arena(), page.items[0].body);
}

static void rename_tenant(enum estate_user by, enum estate_tenant tenant, const char *name)
{
  struct change change = estate_change(by, tenant);
  struct uuid id = estate_tenant(tenant);
  struct outcome outcome;
  assert_ok(domain_tenant_update(&change, &id, 0, &(struct tenant_patch){.name = {true, str_of(name)}}, &outcome));
  estate_commit(&change);
}

static void an_audit_event_names_only_changed_members(void **state)
{
  (void)state;
  rename_tenant(A_ADMIN, A, "A new");
  struct str event = newest(A_ADMIN, A);
  assert_non_null(strstr(event.p, "\"before\" : { \"name\" : \"aaaaaaaa\" }, \"after\" : { \"name\" : \"A new\" }"));
  rename_tenant(A_ADMIN, A, "A new");
  event = newest(A_ADMIN, A);
  assert_non_null(strstr(event.p, "\"before\" : null, \"after\" : null"));
}

static void an_event_says_who_where_and_by_which_request(void **state)
{
  (void)state;
  rename_tenant(A_ADMIN, A, "A said");
  struct str event = newest(A_ADMIN, A);
  assert_non_null(strstr(event.p, "\"kind\" : \"user\", \"id\" : \"00000000-0000-7000-a000-000000000004\","
                                  " \"tenant_id\" : \"00000000-0000-7000-9000-000000000004\""));
  assert_string_equal(estate_member(event, "action"), "\"test\"");
  assert_string_equal(estate_member(event, "outcome"), "\"done\"");
  assert_string_equal(estate_member(event, "object_kind"), "\"tenant\"");
  assert_string_equal(estate_member(event, "object_id"), "\"00000000-0000-7000-9000-000000000004\"");
  assert_string_equal(estate_member(event, "address"), "\"192.0.2.1\"");
  assert_string_equal(estate_member(event, "request_id"), "\"request-1\"");
}

static void an_ancestors_act_is_pseudonymous_below(void **state)
{
  (void)state;
  rename_tenant(P1_ADMIN, A, "A by p1");
  struct str below = newest(A_ADMIN, A), above = newest(P1_ADMIN, A);
  assert_string_equal(estate_member(below, "kind"), "\"partner operator\"");
  assert_null(strstr(below.p, "00000000-0000-7000-a000-"));
  assert_null(strstr(below.p, "00000000-0000-7000-9000-000000000002"));
  assert_string_equal(estate_member(below, "address"), "null");
  assert_non_null(strstr(above.p, "00000000-0000-7000-a000-000000000002"));
}

static void a_pseudonym_is_stable_here_and_another_elsewhere(void **state)
{
  (void)state;
  rename_tenant(P1_ADMIN, A, "A once");
  const char *once = estate_member(newest(A_ADMIN, A), "pseudonym");
  rename_tenant(P1_ADMIN, A, "A twice");
  const char *twice = estate_member(newest(A_ADMIN, A), "pseudonym");
  rename_tenant(P1_ADMIN, B, "B once");
  const char *elsewhere = estate_member(newest(B_ADMIN, B), "pseudonym");
  rename_tenant(PROVIDER_ADMIN, A, "A by the provider");
  const char *another = estate_member(newest(A_ADMIN, A), "pseudonym");
  assert_int_equal(strlen(once), 2 + 2 + 16);
  assert_memory_equal(once, "\"p_", 3);
  assert_string_equal(once, twice);
  assert_string_not_equal(once, elsewhere);
  assert_string_not_equal(once, another);
}

static void a_new_tenant_does_not_learn_its_parent(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct tenant_new tenant = {.parent = estate_tenant(P1), .kind = BW_TENANT_CUSTOMER, .name = STR("new")};
  struct outcome outcome;
  struct store_page page = {0};
  assert_ok(domain_tenant_create(&change, &tenant, &outcome));
  estate_commit(&change);
  struct bw_question question = {.tenant = policy_id(&outcome.id), .permission = BW_TENANT_READ, .now = clock_now()};
  struct uuid self;
  assert_true(uuid_parse(STR("00000000-0000-7000-a000-000000000099"), &self));
  char id[UUID_TEXT];
  uuid_format(&outcome.id, id);
  estate_sql(
      "INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key,"
      " display_name, name_key) SELECT '00000000-0000-7000-a000-000000000099', id, path, boundary, 'user',"
      " 'active', 'n', 'n', 'n', 'n' FROM tenant WHERE id = '%s';"
      "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id,"
      " role_path, reach) SELECT gen_random_uuid(), p.tenant_id, p.tenant_path, p.tenant_boundary, p.id,"
      " p.tenant_path, r.id, r.tenant_path, 'subtree' FROM principal p, role r WHERE p.login = 'n'"
      " AND r.name = 'auditor'",
      id);
  estate_settle();
  question.subject = policy_id(&self);
  struct bw_answer answer;
  bw_decide(policy_model(estate_domain.policy), &question, &answer);
  struct store_call own = {.pool = estate_domain.app, .arena = estate_arena()}, above = estate_call(P1_ADMIN, P1);
  assert_ok(policy_scope(estate_domain.policy, &answer, own.arena, &own.scope));
  assert_ok(store_audit_list(&own, &outcome.id, &(struct store_audit_filter){.limit = 1}, &page));
  assert_string_equal(estate_member(page.items[0].body, "parent_id"), "null");
  assert_ok(store_audit_list(&above, &outcome.id, &(struct store_audit_filter){.limit = 1}, &page));
  assert_string_equal(estate_member(page.items[0].body, "parent_id"), "\"00000000-0000-7000-9000-000000000002\"");
}

static void a_tenant_does_not_learn_who_above_holds_a_role_there(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct grant_new grant = {.tenant = estate_tenant(A),
                            .principal = estate_user(P1_PLAIN),
                            .role = estate_role("viewer"),
                            .reach = BW_REACH_SELF};
  struct outcome outcome;
  assert_ok(domain_grant_create(&change, &grant, &outcome));
  estate_commit(&change);
  struct str below = newest(A_ADMIN, A), above = newest(P1_ADMIN, A);
  assert_null(strstr(below.p, "00000000-0000-7000-a000-"));
  assert_string_equal(estate_member(below, "role"), "\"viewer\"");
  assert_string_equal(estate_member(above, "principal_id"), "\"00000000-0000-7000-a000-000000000011\"");
  change = estate_change(P1_ADMIN, P1);
  assert_ok(domain_grant_revoke(&change, &outcome.id));
  estate_commit(&change);
  below = newest(A_ADMIN, A);
  above = newest(P1_ADMIN, A);
  assert_null(strstr(below.p, "00000000-0000-7000-a000-"));
  assert_string_equal(estate_member(above, "principal_id"), "\"00000000-0000-7000-a000-000000000011\"");
}

static void what_is_not_committed_leaves_no_event(void **state)
{
  (void)state;
  long before = strtol(estate_ask("SELECT count(*) FROM audit_event"), NULL, 10);
  struct change change = estate_change(A_ADMIN, A);
  struct uuid id = estate_tenant(A);
  struct outcome outcome;
  assert_ok(domain_tenant_update(&change, &id, 0, &(struct tenant_patch){.name = {true, STR("never")}}, &outcome));
  estate_abandon(&change);
  assert_int_equal(strtol(estate_ask("SELECT count(*) FROM audit_event"), NULL, 10), before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(an_audit_event_names_only_changed_members),
      estate_test(an_event_says_who_where_and_by_which_request),
      estate_test(an_ancestors_act_is_pseudonymous_below),
      estate_test(a_pseudonym_is_stable_here_and_another_elsewhere),
      estate_test(a_new_tenant_does_not_learn_its_parent),
      estate_test(a_tenant_does_not_learn_who_above_holds_a_role_there),
      estate_test(what_is_not_committed_leaves_no_event),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
