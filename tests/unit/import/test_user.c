/* Rows of users. */
#include "import/user.h"
#include "support/loading.h"

#define USER(members) "{\"kind\": \"user\", " members "}"

static void a_user_is_made_once_and_changed_where_they_differ(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, USER("\"external_id\": \"m1\", \"login\": \"mary\""), IMPORT_CREATED);
  struct uuid made = l.applied.id;
  assert_row(&l, IMPORT_UPSERT, USER("\"external_id\": \"m1\", \"login\": \"mary\""), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, USER("\"external_id\": \"m1\", \"login\": \"marie\""), IMPORT_UPDATED);
  assert_true(uuid_equal(&l.applied.id, &made));
}

static void a_login_is_the_key_where_there_is_no_other(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, USER("\"login\": \"Nora\""), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, USER("\"login\": \"nora\", \"display_name\": \"Nora N.\""), IMPORT_UPDATED);
  assert_refused(&l, IMPORT_CREATE, USER("\"login\": \"NORA\""), R_ALREADY_EXISTS, "login");
}

static void whoever_is_there_is_not_created(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_CREATE, USER("\"external_id\": \"o1\", \"login\": \"olga\""), IMPORT_CREATED);
  assert_refused(&l, IMPORT_CREATE, USER("\"external_id\": \"o1\", \"login\": \"olga\""), R_ALREADY_EXISTS,
                 "external_id");
}

static void whoever_is_removed_stays_so(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, USER("\"external_id\": \"q1\", \"login\": \"quinn\""), IMPORT_CREATED);
  assert_row(&l, IMPORT_DELETE, USER("\"external_id\": \"q1\""), IMPORT_REMOVED);
  assert_string_equal(estate_ask("SELECT state FROM principal WHERE external_id = 'q1'"), "terminated");
  assert_row(&l, IMPORT_DELETE, USER("\"external_id\": \"q1\""), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_DELETE, USER("\"external_id\": \"nobody\""), IMPORT_UNCHANGED);
  assert_true(uuid_is_zero(&l.applied.id));
}

static void nobody_is_found_outside_or_removed_without_the_right_to(void **state)
{
  (void)state;
  struct loading neighbour = loading_as(P2_ADMIN, P2), provisioner = loading_as(P1_PROVISIONER, P1);
  assert_refused(&neighbour, IMPORT_DELETE, USER("\"login\": \"x\", \"tenant_external_id\": \"no-such\""), R_NOT_FOUND,
                 "tenant_external_id");
  assert_row(&provisioner, IMPORT_UPSERT, USER("\"external_id\": \"s1\", \"login\": \"sam\""), IMPORT_CREATED);
  assert_result(loading_row(&provisioner, IMPORT_DELETE, USER("\"external_id\": \"s1\"")), R_FORBIDDEN);
  assert_row(&neighbour, IMPORT_DELETE, USER("\"external_id\": \"s1\""), IMPORT_UNCHANGED);
}

static void a_user_is_known_by_their_id_at_home_alone(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  struct str plain = arena_print(estate_arena(), "id:00000000-0000-7000-a000-%012d", (int)P1_PLAIN),
             other = arena_print(estate_arena(), "id:00000000-0000-7000-a000-%012d", (int)A_PLAIN);
#define NAMED(name, more)                                                                                              \
  arena_print(estate_arena(), USER("\"external_id\": \"%s\", \"login\": \"by-id\"" more), (name).p).p
#define AT_A ", \"tenant_external_id\": \"id:00000000-0000-7000-9000-000000000004\""
  assert_row(&l, IMPORT_UPSERT, NAMED(plain, ""), IMPORT_UPDATED);
  assert_row(&l, IMPORT_UPSERT, NAMED(plain, ""), IMPORT_UNCHANGED);
  assert_refused(&l, IMPORT_UPSERT, NAMED(other, ""), R_NOT_FOUND, "external_id");
  assert_row(&l, IMPORT_DELETE, NAMED(other, ""), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, NAMED(other, AT_A), IMPORT_UPDATED);
  assert_row(&l, IMPORT_DELETE, NAMED(plain, ""), IMPORT_REMOVED);
  assert_row(&l, IMPORT_DELETE, NAMED(plain, ""), IMPORT_UNCHANGED);
  assert_string_equal(estate_ask("SELECT count(*) FROM principal WHERE external_id LIKE 'id:%%'"), "0");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_user_is_made_once_and_changed_where_they_differ),
      estate_test(a_login_is_the_key_where_there_is_no_other),
      estate_test(whoever_is_there_is_not_created),
      estate_test(whoever_is_removed_stays_so),
      estate_test(nobody_is_found_outside_or_removed_without_the_right_to),
      estate_test(a_user_is_known_by_their_id_at_home_alone),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
