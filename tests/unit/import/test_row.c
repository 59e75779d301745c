/* Rows: what a line may say, and how a wrong one is named. */
#include "import/row.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;
static struct import_row row;
static enum import_mode mode;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(64 << 20);
  mode = IMPORT_UPSERT;
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void is_good(const char *line)
{
  struct str wrong;
  assert_int_equal(import_row_read(str_of(line), mode, arena, &row, &wrong), R_OK);
  assert_null(wrong.p);
}

static void is_wrong(const char *line, const char *why)
{
  struct str wrong;
  assert_int_equal(import_row_read(str_of(line), mode, arena, &row, &wrong), R_MALFORMED);
  assert_string_equal(wrong.p, why);
}

static void a_tenant_says_where_it_stands_and_what_it_is(void **state)
{
  (void)state;
  is_good(
      "{\"kind\": \"tenant\", \"external_id\": \"c1\", \"tenant_external_id\": \"p1\", \"tenant_kind\": \"customer\","
      " \"name\": \"Łódź\"}\r");
  assert_int_equal(row.kind, IMPORT_ROW_TENANT);
  assert_true(str_is(row.name, "c1"));
  assert_true(str_is(row.tenant.tenant_external_id.value, "p1"));
  assert_true(str_is(row.tenant.tenant_kind.value, "customer"));
  assert_true(str_is(row.tenant.name.value, "Łódź"));
}

static void a_user_may_leave_out_what_stays(void **state)
{
  (void)state;
  is_good(
      "{\"kind\": \"user\", \"external_id\": \"u1\", \"login\": \"ada\", \"email\": null, \"dialling_addresses\": []}");
  assert_int_equal(row.kind, IMPORT_ROW_USER);
  assert_false(row.user.tenant_external_id.present);
  assert_false(row.user.display_name.present);
  assert_true(row.user.email.present && row.user.email.null);
  assert_true(row.user.dialling_addresses.present);
  assert_int_equal(row.user.dialling_addresses.count, 0);
}

static void a_grant_is_named_after_its_user(void **state)
{
  (void)state;
  is_good("{\"kind\": \"grant\", \"user_external_id\": \"u1\", \"user_tenant_external_id\": null, \"role\": \"viewer\","
          " \"scope\": \"self\", \"expires_at\": \"2030-01-01T00:00:00Z\"}");
  assert_int_equal(row.kind, IMPORT_ROW_GRANT);
  assert_true(str_is(row.name, "u1"));
  assert_true(row.grant.user_tenant_external_id.null);
  assert_int_equal(row.grant.expires_at.value, INT64_C(1893456000) * 1000000);
}

static void a_grant_names_its_user_by_external_id_or_by_login(void **state)
{
  (void)state;
  is_good("{\"kind\": \"grant\", \"user_login\": \"ada\", \"role\": \"viewer\", \"scope\": \"self\"}");
  assert_true(str_is(row.name, "ada"));
  assert_false(row.grant.user_external_id.present);
  is_wrong("{\"kind\": \"grant\", \"role\": \"viewer\", \"scope\": \"self\"}",
           "user_external_id: Is missing, and user_login as well");
  assert_true(str_is(row.blamed, "user_external_id"));
  is_wrong("{\"kind\": \"grant\", \"user_external_id\": \"u1\", \"user_login\": \"ada\", \"role\": \"viewer\","
           " \"scope\": \"self\"}",
           "user_login: Must not stand beside user_external_id");
  assert_true(str_is(row.blamed, "user_login"));
}

static void a_user_is_named_by_the_login_where_there_is_nothing_else(void **state)
{
  (void)state;
  is_good("{\"kind\": \"user\", \"login\": \"ada\"}");
  assert_true(str_is(row.name, "ada"));
  is_wrong("{\"kind\": \"user\", \"external_id\": \"u1\"}", "login: Is missing");
  assert_true(str_is(row.name, "u1"));
}

static void what_is_to_be_removed_needs_its_key_alone(void **state)
{
  (void)state;
  mode = IMPORT_DELETE;
  is_good("{\"kind\": \"tenant\", \"external_id\": \"c1\"}");
  is_good("{\"kind\": \"user\", \"external_id\": \"u1\"}");
  is_good("{\"kind\": \"user\", \"login\": \"ada\", \"email\": null}");
  is_wrong("{\"kind\": \"user\", \"tenant_external_id\": \"c1\"}", "external_id: Is missing, and login as well");
  is_wrong("{\"kind\": \"grant\", \"user_external_id\": \"u1\"}", "role: Is missing; scope: Is missing");
}

static void a_mode_has_a_name(void **state)
{
  (void)state;
  assert_int_equal(import_row_mode(STR("upsert")), IMPORT_UPSERT);
  assert_int_equal(import_row_mode(STR("sync")), IMPORT_SYNC);
  assert_int_equal(import_row_mode(STR("purge")), IMPORT__MODES);
}

static void every_wrong_member_is_named(void **state)
{
  (void)state;
  is_wrong("{\"kind\": \"tenant\", \"external_id\": \"c1\", \"tenant_kind\": \"provider\", \"nmae\": 1}",
           "tenant_kind: Must be one of partner|customer; name: Is missing; nmae: Is unknown here");
  assert_true(str_is(row.name, "c1"));
}

static void a_wrong_name_is_not_repeated(void **state)
{
  (void)state;
  is_wrong("{\"kind\": \"user\", \"external_id\": \"a\\u001b[31m\", \"login\": \"ada\"}",
           "external_id: Must not hold control characters or line separators");
  assert_int_equal(row.kind, IMPORT_ROW_USER);
  assert_null(row.name.p);
}

static void a_member_that_could_forge_a_line_is_shown_without(void **state)
{
  (void)state;
  is_wrong("{\"kind\": \"user\", \"external_id\": \"u\", \"login\": \"ada\", \"\\n\\u001bé\": 1}",
           "????: Is unknown here");
}

static void a_line_is_one_object_of_a_known_kind(void **state)
{
  (void)state;
  is_wrong("[]", "Must be an object");
  is_wrong("{}", "kind: Must be one of tenant|user|grant|client|group|membership");
  is_wrong("{\"kind\": \"role\"}", "kind: Must be one of tenant|user|grant|client|group|membership");
  is_wrong("{\"kind\": 1}", "kind: Must be one of tenant|user|grant|client|group|membership");
  is_wrong("{\"kind\": \"user\"} {}", "Is not one JSON value of at most 32 levels");
  is_wrong("{\"kind\": \"user\", \"kind\": \"user\"}", "Is not one JSON value of at most 32 levels");
  assert_int_equal(row.kind, IMPORT_ROW_NONE);
}

static void a_line_of_too_many_pieces_is_too_large(void **state)
{
  (void)state;
  enum { COMMAS = 70000 };
  char *line = arena_alloc(arena, COMMAS);
  struct str wrong;
  memset(line, ',', COMMAS);
  assert_int_equal(import_row_read((struct str){line, COMMAS}, mode, arena, &row, &wrong), R_TOO_LARGE);
}

static void a_name_may_be_an_id(void **state)
{
  (void)state;
  static const char *const others[] = {"",
                                       "id:",
                                       "id:4711",
                                       "ID:00000000-0000-7000-9000-000000000001",
                                       "00000000-0000-7000-9000-000000000001",
                                       "id:00000000-0000-7000-9000-00000000000g",
                                       "id:00000000-0000-7000-9000-0000000000011"};
  struct uuid id = {0}, wanted;
  assert_true(uuid_parse(STR("00000000-0000-7000-9000-00000000abcd"), &wanted));
  assert_true(import_row_id(STR("id:00000000-0000-7000-9000-00000000ABCD"), &id));
  assert_true(uuid_equal(&id, &wanted));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_false(import_row_id(str_of(others[i]), &id));
  assert_false(import_row_id(STR_NONE, &id));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_tenant_says_where_it_stands_and_what_it_is, begin, end),
      cmocka_unit_test_setup_teardown(a_user_may_leave_out_what_stays, begin, end),
      cmocka_unit_test_setup_teardown(a_grant_is_named_after_its_user, begin, end),
      cmocka_unit_test_setup_teardown(a_grant_names_its_user_by_external_id_or_by_login, begin, end),
      cmocka_unit_test_setup_teardown(a_user_is_named_by_the_login_where_there_is_nothing_else, begin, end),
      cmocka_unit_test_setup_teardown(what_is_to_be_removed_needs_its_key_alone, begin, end),
      cmocka_unit_test(a_mode_has_a_name),
      cmocka_unit_test_setup_teardown(every_wrong_member_is_named, begin, end),
      cmocka_unit_test_setup_teardown(a_wrong_name_is_not_repeated, begin, end),
      cmocka_unit_test_setup_teardown(a_member_that_could_forge_a_line_is_shown_without, begin, end),
      cmocka_unit_test_setup_teardown(a_line_is_one_object_of_a_known_kind, begin, end),
      cmocka_unit_test_setup_teardown(a_line_of_too_many_pieces_is_too_large, begin, end),
      cmocka_unit_test_setup_teardown(a_name_may_be_an_id, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
