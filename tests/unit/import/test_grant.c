/* Rows of grants. */
#include "import/grant.h"
#include "support/loading.h"

#define GRANT(user, members)                                                                                           \
  "{\"kind\": \"grant\", \"user_external_id\": \"" user "\", \"scope\": \"self\", " members "}"
#define BY_LOGIN(login)                                                                                                \
  "{\"kind\": \"grant\", \"user_login\": \"" login "\", \"role\": \"viewer\", \"scope\": \"self\"}"
#define VIEWER(user) GRANT(user, "\"role\": \"viewer\"")

static struct loading with_user(const char *external_id)
{
  struct loading l = loading_as(P1_ADMIN, P1);
  struct str line = arena_print(estate_arena(), "{\"kind\": \"user\", \"external_id\": \"%s\", \"login\": \"%s\"}",
                                external_id, external_id);
  assert_row(&l, IMPORT_UPSERT, line.p, IMPORT_CREATED);
  return l;
}

static void a_grant_is_given_once_and_anew_where_it_differs(void **state)
{
  (void)state;
  struct loading l = with_user("g1");
  assert_row(&l, IMPORT_UPSERT, VIEWER("g1"), IMPORT_CREATED);
  struct uuid first = l.applied.id;
  assert_row(&l, IMPORT_UPSERT, VIEWER("g1"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, GRANT("g1", "\"role\": \"viewer\", \"reason\": \"asked for\""), IMPORT_UPDATED);
  assert_false(uuid_equal(&l.applied.id, &first));
  assert_refused(&l, IMPORT_CREATE, VIEWER("g1"), R_ALREADY_EXISTS, "role");
}

static void a_grant_needs_its_user_and_role(void **state)
{
  (void)state;
  struct loading l = with_user("g2");
  assert_refused(&l, IMPORT_UPSERT, VIEWER("nobody"), R_NOT_FOUND, "user_external_id");
  assert_refused(&l, IMPORT_UPSERT, GRANT("g2", "\"role\": \"no-such\""), R_NOT_FOUND, "role");
  assert_refused(&l, IMPORT_DELETE, VIEWER("nobody"), R_NOT_FOUND, "user_external_id");
}

static void a_login_names_the_same_user_however_it_is_written(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  const char *gerda = "{\"kind\": \"user\", \"external_id\": \"g4\", \"login\": \"Gerda\"}";
  assert_row(&l, IMPORT_UPSERT, gerda, IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, BY_LOGIN(" gERDA"), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, VIEWER("g4"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_DELETE, BY_LOGIN("gerda"), IMPORT_REMOVED);
  assert_refused(&l, IMPORT_UPSERT, BY_LOGIN("g4"), R_NOT_FOUND, "user_login");
  assert_refused(&l, IMPORT_UPSERT, BY_LOGIN("a b"), R_MALFORMED, "user_login");
}

static void a_grant_that_is_gone_stays_so(void **state)
{
  (void)state;
  struct loading l = with_user("g3");
  assert_row(&l, IMPORT_DELETE, VIEWER("g3"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, VIEWER("g3"), IMPORT_CREATED);
  assert_row(&l, IMPORT_DELETE, VIEWER("g3"), IMPORT_REMOVED);
  assert_row(&l, IMPORT_DELETE, VIEWER("g3"), IMPORT_UNCHANGED);
}

static void a_grant_names_user_home_place_and_role_by_id(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
#define ID(kind, number) "\"id:00000000-0000-7000-" kind "-00000000000" number "\""
#define AT(place, user, role)                                                                                          \
  "{\"kind\": \"grant\", \"scope\": \"self\", \"user_external_id\": " user ", \"role\": " role                         \
  ", \"tenant_external_id\": " place "}"
  struct str plain = arena_print(
      estate_arena(), AT(ID("9000", "4"), "\"id:00000000-0000-7000-a000-%012d\"", ID("8000", "7")), (int)A_PLAIN);
  assert_row(&l, IMPORT_UPSERT, plain.p, IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, plain.p, IMPORT_UNCHANGED);
  assert_string_equal(estate_ask("SELECT count(*) FROM \"grant\" g JOIN principal p ON p.id = g.principal_id"
                                 " WHERE p.login = 'a-plain'"),
                      "1");
  assert_refused(&l, IMPORT_UPSERT, AT(ID("9000", "6"), "\"u\"", "\"viewer\""), R_NOT_FOUND, "tenant_external_id");
  assert_refused(&l, IMPORT_UPSERT, AT(ID("9000", "4"), ID("a000", "1"), "\"viewer\""), R_NOT_FOUND,
                 "user_external_id");
  plain = arena_print(estate_arena(), AT(ID("9000", "4"), "\"id:00000000-0000-7000-a000-%012d\"", ID("8000", "0")),
                      (int)A_PLAIN);
  assert_refused(&l, IMPORT_UPSERT, plain.p, R_NOT_FOUND, "role");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_grant_is_given_once_and_anew_where_it_differs),   estate_test(a_grant_needs_its_user_and_role),
      estate_test(a_login_names_the_same_user_however_it_is_written), estate_test(a_grant_that_is_gone_stays_so),
      estate_test(a_grant_names_user_home_place_and_role_by_id),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
