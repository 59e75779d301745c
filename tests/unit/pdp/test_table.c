/* Things are found by their id as long as somebody refers to them. */
#include "world.h"
#include "pdp/table.h"

struct thing {
  struct pdp_key key;
  uint64_t value;
};

static struct pdp_table *table_new(void)
{
  struct pdp_table *t = calloc(1, sizeof *t);
  assert_true(t && pdp_table_open(t, sizeof(struct thing)));
  return t;
}

static void table_free(struct pdp_table *t)
{
  pdp_table_close(t);
  free(t);
}

static struct pdp_key key(unsigned number)
{
  struct bw_id i = id(number);
  return pdp_key(&i);
}

static uint32_t find(const struct pdp_table *t, unsigned number)
{
  return pdp_table_find(t, key(number), sizeof(struct thing));
}

static void a_held_thing_is_found_until_its_last_reference_goes(void **state)
{
  (void)state;
  struct pdp_table *t = table_new();
  assert_int_equal(find(t, 5), 0);
  uint32_t index = pdp_table_hold(t, key(5));
  assert_true(index > 0);
  assert_int_equal(pdp_table_hold(t, key(5)), index);
  pdp_table_release(t, index);
  assert_int_equal(find(t, 5), index);
  pdp_table_release(t, index);
  assert_int_equal(find(t, 5), 0);
  table_free(t);
}

static void the_id_of_zeroes_is_never_found_even_past_tombstones(void **state)
{
  (void)state;
  struct pdp_table *t = table_new();
  for (unsigned i = 1; i < 5000; i++)
    pdp_table_release(t, pdp_table_hold(t, key(i)));
  assert_int_equal(find(t, 0), 0);
  table_free(t);
}

static void things_stay_where_they_are_as_the_table_grows(void **state)
{
  (void)state;
  struct pdp_table *t = table_new();
  uint32_t first = pdp_table_hold(t, key(1));
  const void *place = pdp_table_at(t, first, sizeof(struct thing));
  for (unsigned i = 2; i < 50000; i++)
    assert_true(pdp_table_hold(t, key(i)) > 0);
  assert_ptr_equal(pdp_table_at(t, first, sizeof(struct thing)), place);
  for (unsigned i = 1; i < 50000; i++) {
    const struct thing *thing = pdp_table_at(t, find(t, i), sizeof *thing);
    assert_memory_equal(&thing->key, &(struct pdp_key[]){key(i)}, sizeof thing->key);
  }
  assert_int_equal(find(t, 50000), 0);
  assert_true((size_t)t->filled * 4 <= (t->slots->mask + 1) * 3);
  table_free(t);
}

static void freed_indices_are_used_again(void **state)
{
  (void)state;
  struct pdp_table *t = table_new();
  for (unsigned i = 1; i < 100000; i++) {
    uint32_t index = pdp_table_hold(t, key(i));
    assert_true(index > 0 && index <= 3);
    if (i > 2)
      pdp_table_release(t, index);
  }
  assert_int_equal(t->living, 2);
  assert_true(t->slots->mask < 256);
  table_free(t);
}

static void replaced_slots_wait_to_be_reclaimed(void **state)
{
  (void)state;
  struct pdp_table *t = table_new();
  for (unsigned i = 1; i < 1000; i++)
    pdp_table_hold(t, key(i));
  assert_non_null(t->retired);
  uint64_t before = t->bytes;
  pdp_table_reclaim(t);
  assert_null(t->retired);
  assert_true(t->bytes < before);
  assert_true(find(t, 999) > 0);
  table_free(t);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_held_thing_is_found_until_its_last_reference_goes),
      cmocka_unit_test(the_id_of_zeroes_is_never_found_even_past_tombstones),
      cmocka_unit_test(things_stay_where_they_are_as_the_table_grows),
      cmocka_unit_test(freed_indices_are_used_again),
      cmocka_unit_test(replaced_slots_wait_to_be_reclaimed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
