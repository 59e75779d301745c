/* Rows of tenants. */
#include "import/tenant.h"
#include "support/loading.h"

#define TENANT(members) "{\"kind\": \"tenant\", " members "}"
#define CUSTOMER(id, name) TENANT("\"external_id\": \"" id "\", \"tenant_kind\": \"customer\", \"name\": \"" name "\"")

static void a_tenant_is_made_once_and_renamed_where_it_differs(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, CUSTOMER("t1", "One"), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, CUSTOMER("t1", "One"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, CUSTOMER("t1", "Uno"), IMPORT_UPDATED);
  assert_refused(&l, IMPORT_CREATE, CUSTOMER("t1", "Uno"), R_ALREADY_EXISTS, "external_id");
}

static void a_tenant_of_another_kind_is_not_the_one(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, CUSTOMER("t2", "Two"), IMPORT_CREATED);
  assert_refused(&l, IMPORT_UPSERT, TENANT("\"external_id\": \"t2\", \"tenant_kind\": \"partner\", \"name\": \"Two\""),
                 R_CONFLICT, "tenant_kind");
}

static void a_tenant_stays_whether_it_is_there_or_not(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, CUSTOMER("t3", "Three"), IMPORT_CREATED);
  assert_result(loading_row(&l, IMPORT_DELETE, TENANT("\"external_id\": \"t3\"")), R_TENANT_STAYS);
  assert_result(loading_row(&l, IMPORT_DELETE, TENANT("\"external_id\": \"t4\"")), R_TENANT_STAYS);
  assert_string_equal(estate_ask("SELECT count(*) FROM tenant WHERE external_id = 't3'"), "1");
}

static void a_tenant_is_known_by_its_id_below_its_parent_alone(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1), neighbour = loading_as(P2_ADMIN, P2);
#define BY_ID(tenant, name) CUSTOMER("id:00000000-0000-7000-9000-00000000000" tenant, name)
  assert_row(&l, IMPORT_UPSERT, BY_ID("4", "Renamed"), IMPORT_UPDATED); /* A */
  assert_row(&l, IMPORT_UPSERT, BY_ID("4", "Renamed"), IMPORT_UNCHANGED);
  assert_refused(&l, IMPORT_CREATE, BY_ID("4", "Renamed"), R_ALREADY_EXISTS, "external_id");
  assert_refused(&l, IMPORT_UPSERT, BY_ID("6", "Not mine"), R_NOT_FOUND, "external_id"); /* C */
  assert_refused(&l, IMPORT_UPSERT, BY_ID("9", "Nobody's"), R_NOT_FOUND, "external_id");
  assert_refused(&neighbour, IMPORT_UPSERT, BY_ID("4", "Not mine"), R_NOT_FOUND, "external_id");
#define INSIDE(tenant)                                                                                                 \
  TENANT("\"external_id\": \"t9\", \"tenant_kind\": \"customer\", \"name\": \"N\","                                    \
         " \"tenant_external_id\": \"id:00000000-0000-7000-9000-00000000000" tenant "\"")
  assert_refused(&l, IMPORT_UPSERT, INSIDE("3"), R_NOT_FOUND, "tenant_external_id"); /* P2 */
  assert_refused(&l, IMPORT_UPSERT, INSIDE("9"), R_NOT_FOUND, "tenant_external_id");
  assert_row(&neighbour, IMPORT_UPSERT, INSIDE("3"), IMPORT_CREATED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_tenant_is_made_once_and_renamed_where_it_differs),
      estate_test(a_tenant_of_another_kind_is_not_the_one),
      estate_test(a_tenant_stays_whether_it_is_there_or_not),
      estate_test(a_tenant_is_known_by_its_id_below_its_parent_alone),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
