/* Clients through the store. */
#include "store/client.h"
#include "store/proof.h"
#include "support/estate.h"

static struct uuid made_at(enum estate_user by, enum estate_tenant tenant, const char *external_id)
{
  struct change change = estate_change(by, tenant);
  struct store_client_row row = {.tenant = estate_tenant(tenant),
                                 .display_name = STR("Loader"),
                                 .name_key = STR("loader"),
                                 .external_id = str_of(external_id)};
  struct store_object client;
  assert_ok(uuid_new(&row.id));
  assert_ok(store_client_insert(change.tx, &row, &client));
  struct store_proof_row secret = {.client = row.id, .kind = STORE_PROOF_SECRET, .name = STR("")};
  struct store_object proof;
  assert_ok(uuid_new(&secret.id));
  assert_ok(store_proof_insert(change.tx, &secret, &proof));
  assert_ok(store_proof_secret(change.tx, &secret.id, &row.id, str_of(external_id)));
  estate_commit(&change);
  return row.id;
}

static void a_client_is_no_user_and_no_neighbours(void **state)
{
  (void)state;
  struct uuid id = made_at(A_ADMIN, A, "c-1"), user = estate_user(A_PLAIN);
  struct store_object client;
  struct store_call above = estate_call(P1_ADMIN, A), beside = estate_call(B_ADMIN, B);
  assert_ok(store_client_get(&above, &id, &client));
  assert_string_equal(estate_member(client.body, "state"), "\"active\"");
  assert_result(store_client_get(&beside, &id, &client), R_NOT_FOUND);
  assert_result(store_client_get(&above, &user, &client), R_NOT_FOUND);
}

static void clients_are_listed_by_state_and_external_id(void **state)
{
  (void)state;
  made_at(B_ADMIN, B, "c-2");
  struct store_call call = estate_call(P1_ADMIN, P1);
  struct store_client_filter filter = {.range = {.low = estate_path(P1), .subtree = true, .limit = 200}};
  struct store_page page;
  filter.external_id = STR("c-2");
  assert_ok(store_client_list(&call, &filter, &page));
  assert_int_equal(page.count, 1);
  filter.state = STR("suspended");
  assert_ok(store_client_list(&call, &filter, &page));
  assert_int_equal(page.count, 0);
}

static void a_client_that_is_suspended_loses_its_sessions_once(void **state)
{
  (void)state;
  struct uuid id = made_at(A_ADMIN, A, "c-3");
  struct change change = estate_change(A_ADMIN, A);
  struct store_client_change set = {.state = STR("suspended")};
  struct store_object client;
  assert_ok(store_client_update(change.tx, &id, &set, &client));
  assert_ok(store_client_update(change.tx, &id, &set, &client));
  assert_ok(store_client_update(
      change.tx, &id, &(struct store_client_change){.display_name = STR("L"), .name_key = STR("l")}, &client));
  assert_string_equal(estate_member(client.body, "state"), "\"suspended\"");
  set.state = STR("active");
  assert_ok(store_client_update(change.tx, &id, &set, &client));
  assert_string_equal(estate_member(client.body, "state"), "\"active\"");
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT epoch FROM principal WHERE external_id = 'c-3'"), "2");
}

static void a_client_goes_with_its_secrets_and_grants(void **state)
{
  (void)state;
  struct uuid id = made_at(A_ADMIN, A, "c-4");
  estate_sql(
      "INSERT INTO \"grant\" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path, role_id,"
      " role_path, reach) SELECT gen_random_uuid(), p.tenant_id, p.tenant_path, p.tenant_boundary, p.id,"
      " p.tenant_path, r.id, r.tenant_path, 'self' FROM principal p, role r"
      " WHERE p.external_id = 'c-4' AND r.name = 'viewer'");
  struct change change = estate_change(A_ADMIN, A);
  struct store_client client;
  assert_ok(store_client_lock(change.tx, &id, &client));
  assert_ok(store_client_delete(change.tx, &id));
  assert_result(store_client_delete(change.tx, &id), R_NOT_FOUND);
  estate_commit(&change);
  char text[UUID_TEXT];
  uuid_format(&id, text);
  assert_string_equal(estate_ask("SELECT (SELECT count(*) FROM \"grant\" WHERE principal_id = '%s')"
                                 " + (SELECT count(*) FROM vault.client_secret WHERE principal_id = '%s')",
                                 text, text),
                      "0");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_client_is_no_user_and_no_neighbours),
      estate_test(clients_are_listed_by_state_and_external_id),
      estate_test(a_client_that_is_suspended_loses_its_sessions_once),
      estate_test(a_client_goes_with_its_secrets_and_grants),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
