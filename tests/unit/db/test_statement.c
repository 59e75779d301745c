/* Values go in and come back as PostgreSQL's binary forms. */
#include "fixture.h"

static struct db_pool *pool;
static struct arena *arena;

static int up(void **state)
{
  fixture_up(state);
  pool = fixture_pool(DB_APP, 1);
  arena = arena_new(1 << 20);
  return 0;
}

static int down(void **state)
{
  arena_free(&arena);
  db_pool_close(&pool);
  return fixture_down(state);
}

static struct db_call unscoped(void) { return (struct db_call){pool, NULL, arena, 0}; }

static void every_kind_of_value_comes_back_as_it_went(void **state)
{
  const struct uuid id = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}};
  const int64_t leap_day = INT64_C(1709210096789012); /* 2024-02-29 12:34:56.789012Z */
  const struct db_call call = unscoped();
  struct db_values v = {0};
  struct db_rows rows = {0};
  (void)state;
  db_put_uuid(&v, &id);
  db_put_text(&v, (struct str){"gr\xC3\xBC\xC3\x9F behind the end", 6});
  db_put_bytes(&v, "\0\1\xff", 3);
  db_put_int(&v, INT64_MIN);
  db_put_int4(&v, INT32_MIN);
  db_put_bool(&v, true);
  db_put_time(&v, leap_day);
  db_put_text(&v, STR("{\"a\": [1]}"));
  db_put_text(&v, STR("{one,two}"));
  assert_ok(db_read(&call, SQL_test_types, &v, &rows));
  assert_int_equal(rows.count, 1);
  struct uuid back = db_uuid(&rows, 0, 0);
  assert_true(uuid_equal(&back, &id));
  assert_true(str_is(db_text(&rows, 0, 1), "gr\xC3\xBC\xC3\x9F"));
  assert_true(str_equal(db_text(&rows, 0, 2), (struct str){"\0\1\xff", 3}));
  assert_true(db_int(&rows, 0, 3) == INT64_MIN);
  assert_true(db_int(&rows, 0, 4) == INT32_MIN);
  assert_true(db_bool(&rows, 0, 5));
  assert_true(db_time(&rows, 0, 6) == leap_day);
  assert_true(str_is(db_text(&rows, 0, 7), "{\"a\": [1]}"));
  assert_true(str_is(db_text(&rows, 0, 8), "two"));
  assert_int_equal(db_int(&rows, 0, 9), -7);
  assert_true(str_is(db_text(&rows, 0, 10), "{\"n\" : 1}"));
  assert_true(db_bool(&rows, 0, 11));
}

static void null_goes_in_as_null_and_comes_back_as_nothing(void **state)
{
  const struct db_call call = unscoped();
  struct db_values v = {0};
  struct db_rows rows = {0};
  (void)state;
  db_put_uuid(&v, NULL);
  db_put_text(&v, STR_NONE);
  for (int i = 2; i < 9; i++)
    db_put_null(&v);
  assert_ok(db_read(&call, SQL_test_types, &v, &rows));
  for (int i = 0; i < 9; i++)
    assert_true(db_is_null(&rows, 0, i));
  struct uuid id = db_uuid(&rows, 0, 0);
  assert_true(uuid_is_zero(&id));
  assert_null(db_text(&rows, 0, 1).p);
  assert_int_equal(db_int(&rows, 0, 3), 0);
  assert_false(db_bool(&rows, 0, 5));
  assert_int_equal(db_time(&rows, 0, 6), 0);
}

static void an_empty_text_is_no_null(void **state)
{
  const struct db_call call = unscoped();
  struct db_values v = {0};
  struct db_rows rows = {0};
  (void)state;
  db_put_uuid(&v, NULL);
  db_put_text(&v, STR(""));
  db_put_bytes(&v, "", 0);
  for (int i = 3; i < 9; i++)
    db_put_null(&v);
  assert_ok(db_read(&call, SQL_test_types, &v, &rows));
  assert_false(db_is_null(&rows, 0, 1));
  assert_int_equal(db_text(&rows, 0, 1).n, 0);
  assert_false(db_is_null(&rows, 0, 2));
}

static void a_text_with_a_nul_is_refused_rather_than_cut(void **state)
{
  const struct db_call call = unscoped();
  struct db_values v = {0};
  struct db_rows rows = {0};
  (void)state;
  db_put_text(&v, (struct str){"a\0b", 3});
  assert_int_equal(db_read(&call, SQL_test_cast, &v, &rows), R_INTERNAL);
}

static void a_wrong_number_of_values_is_refused(void **state)
{
  const struct db_call call = unscoped();
  struct db_rows rows = {0};
  (void)state;
  assert_int_equal(db_read(&call, SQL_test_cast, &(struct db_values){0}, &rows), R_INTERNAL);
  assert_non_null(strstr(db_last_error(), "test_cast takes 1 values, not 0"));
}

static void what_a_statements_head_says_is_in_its_row(void **state)
{
  (void)state;
  assert_int_equal(db_statements[SQL_session_scope].role, DB_ANY);
  assert_int_equal(db_statements[SQL_session_scope].parameters, 4);
  assert_false(db_statements[SQL_session_scope].scoped);
  assert_int_equal(db_statements[SQL_test_tenant_list].role, DB_APP);
  assert_true(db_statements[SQL_test_tenant_list].scoped);
  assert_true(db_statements[SQL_test_tenant_list].custom_plan);
  assert_int_equal(db_statements[SQL_migration_list].role, DB_MIGRATE);
  assert_false(db_statements[SQL_migration_list].scoped);
  assert_null(strstr(db_statements[SQL_session_scope].text, "--"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kind_of_value_comes_back_as_it_went),
      cmocka_unit_test(null_goes_in_as_null_and_comes_back_as_nothing),
      cmocka_unit_test(an_empty_text_is_no_null),
      cmocka_unit_test(a_text_with_a_nul_is_refused_rather_than_cut),
      cmocka_unit_test(a_wrong_number_of_values_is_refused),
      cmocka_unit_test(what_a_statements_head_says_is_in_its_row),
  };
  return cmocka_run_group_tests(tests, up, down);
}
