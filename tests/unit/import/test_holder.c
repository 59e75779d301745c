/* Whom rows of grants are about. */
#include "import/holder.h"
#include "support/loading.h"

#define HOLD(member, value)                                                                                            \
  "{\"kind\": \"grant\", \"" member "\": \"" value "\", \"role\": \"viewer\", \"scope\": \"self\"}"

/* At home at P1, and active. */
static const char *put(const char *kind, const char *name, const char *external_id)
{
  estate_sql("DELETE FROM principal WHERE display_name = '%s'", name);
  estate_sql("INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, display_name, name_key,"
             " external_id) SELECT gen_random_uuid(), id, path, boundary, '%s', 'active', '%s', lower('%s'), %s"
             " FROM tenant WHERE path = '%s'",
             kind, name, name, external_id, estate_path(P1).p);
  estate_settle();
  return estate_ask("SELECT id FROM principal WHERE display_name = '%s'", name);
}

static void a_machine_and_a_group_hold_grants_as_people_do(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  put("client", "Loader", "'m1'");
  put("group", "Night Shift", "'n1'");
  assert_row(&l, IMPORT_UPSERT, HOLD("client_external_id", "m1"), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, HOLD("client_external_id", "m1"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, HOLD("group_external_id", "n1"), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, HOLD("group_display_name", "night shift"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_DELETE, HOLD("group_display_name", "Night Shift"), IMPORT_REMOVED);
  assert_row(&l, IMPORT_DELETE, HOLD("client_external_id", "m1"), IMPORT_REMOVED);
}

static void each_is_found_by_id_and_as_what_it_is(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  struct str id = arena_copy(estate_arena(), str_of(put("client", "Reader", "NULL")));
#define BY_ID(member) arena_print(estate_arena(), HOLD(member, "id:%s"), id.p).p
  assert_row(&l, IMPORT_UPSERT, BY_ID("client_external_id"), IMPORT_CREATED);
  assert_refused(&l, IMPORT_UPSERT, BY_ID("user_external_id"), R_NOT_FOUND, "user_external_id");
  assert_refused(&l, IMPORT_UPSERT, BY_ID("group_external_id"), R_NOT_FOUND, "group_external_id");
  struct loading neighbour = loading_as(P2_ADMIN, P2);
  assert_refused(&neighbour, IMPORT_UPSERT, BY_ID("client_external_id"), R_NOT_FOUND, "client_external_id");
}

static void a_machine_gets_no_more_than_the_api_gives_it(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  put("client", "Strong", "'m3'");
  assert_result(loading_row(&l, IMPORT_UPSERT,
                            "{\"kind\": \"grant\", \"client_external_id\": \"m3\", \"role\": \"partner_admin\","
                            " \"scope\": \"subtree\"}"),
                R_NOT_FOR_MACHINES);
}

static void nobody_is_found_whom_the_actor_may_not_read(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_PROVISIONER, P1);
  put("group", "Day Shift", "'d1'");
  assert_result(loading_row(&l, IMPORT_UPSERT, HOLD("group_external_id", "d1")), R_FORBIDDEN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_machine_and_a_group_hold_grants_as_people_do),
      estate_test(each_is_found_by_id_and_as_what_it_is),
      estate_test(a_machine_gets_no_more_than_the_api_gives_it),
      estate_test(nobody_is_found_whom_the_actor_may_not_read),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
