/* Tenants that a transaction has made, and who answers for them. */
#include "import/made.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(16 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static struct uuid numbered(uint32_t n)
{
  struct uuid id = {.b = {1}};
  for (int i = 0; i < 4; i++)
    id.b[12 + i] = (unsigned char)(n >> (24 - 8 * i));
  return id;
}

static void is_below(const struct import_made *made, uint32_t tenant, uint32_t wanted)
{
  struct uuid id = numbered(tenant), anchor, expected = numbered(wanted);
  assert_true(import_made_anchor(made, &id, &anchor));
  assert_true(uuid_equal(&anchor, &expected));
}

static void put(struct import_made *made, uint32_t tenant, uint32_t parent)
{
  struct uuid id = numbered(tenant), above = numbered(parent);
  import_made_put(made, &id, &above, false);
}

static void the_nearest_that_was_there_before_answers(void **state)
{
  (void)state;
  struct import_made *made;
  struct uuid before = numbered(1), ignored;
  assert_int_equal(import_made_new(arena, &made), R_OK);
  put(made, 2, 1);
  put(made, 3, 2);
  put(made, 4, 3);
  for (uint32_t tenant = 2; tenant <= 4; tenant++)
    is_below(made, tenant, 1);
  assert_false(import_made_anchor(made, &before, &ignored));
}

static void a_customer_is_known_as_one(void **state)
{
  (void)state;
  struct import_made *made;
  struct uuid customer = numbered(2), partner = numbered(3), before = numbered(1);
  assert_int_equal(import_made_new(arena, &made), R_OK);
  import_made_put(made, &customer, &before, true);
  import_made_put(made, &partner, &before, false);
  assert_true(import_made_customer(made, &customer));
  assert_false(import_made_customer(made, &partner) || import_made_customer(made, &before));
}

static void many_are_told_apart_and_too_many_are_forgotten(void **state)
{
  (void)state;
  struct import_made *made;
  assert_int_equal(import_made_new(arena, &made), R_OK);
  for (uint32_t n = 0; n < 60000; n++)
    put(made, 65536 * (n % 7) + n + 10, 1 + n % 9);
  struct uuid last = numbered(65536 * (59999 % 7) + 59999 + 10), ignored;
  for (uint32_t n = 0; n < 49152; n++)
    is_below(made, 65536 * (n % 7) + n + 10, 1 + n % 9);
  assert_false(import_made_anchor(made, &last, &ignored));
}

static void where_nothing_is_kept_nothing_is_found(void **state)
{
  (void)state;
  struct uuid id = numbered(1), ignored;
  import_made_put(NULL, &id, &id, true);
  assert_false(import_made_anchor(NULL, &id, &ignored));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_nearest_that_was_there_before_answers, begin, end),
      cmocka_unit_test_setup_teardown(a_customer_is_known_as_one, begin, end),
      cmocka_unit_test_setup_teardown(many_are_told_apart_and_too_many_are_forgotten, begin, end),
      cmocka_unit_test_setup_teardown(where_nothing_is_kept_nothing_is_found, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
