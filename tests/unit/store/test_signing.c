/* Signing keys in the vault: one a generation, listed while they are believed, and gone when they are not. */
#include "store/signing.h"
#include "base/clock.h"
#include "support/estate.h"

enum { LIFE = 1000 };

static struct store_call auth(void)
{
  return (struct store_call){
      .pool = estate_domain.auth, .arena = estate_arena(), .deadline = clock_monotonic() + 20 * CLOCK_SECOND};
}

static enum result insert(const struct store_signing_row *row, int64_t *ret_signs_from)
{
  struct store_call call = auth();
  struct store_tx *tx CLEANUP(store_tx_close) = NULL;
  struct store_signing_event event = {"operator", "rotateSigningKeys", row->kid, clock_now(), clock_now(), row->alone};
  uint64_t revision;
  assert_ok(store_tx_open(&call, &tx));
  TRY(store_signing_insert(tx, row, ret_signs_from));
  TRY(store_signing_event(tx, &event));
  return store_tx_commit(tx, &revision);
}

static size_t listed(const struct store_signing_key **ret_keys)
{
  struct store_call call = auth();
  size_t count;
  assert_ok(store_signing_list(&call, LIFE, ret_keys, &count));
  return count;
}

static int begin(void **state)
{
  estate_sql("DELETE FROM vault.signing_key");
  return estate_begin(state);
}

static void a_generation_is_made_once(void **state)
{
  (void)state;
  const struct store_signing_key *keys;
  struct store_signing_row row = {1, STR("one"), {"\0\1\2", 3}, 0, false};
  int64_t from = 0, before = clock_now();
  assert_ok(insert(&row, &from));
  assert_true(from >= before - CLOCK_SECOND && from <= clock_now() + CLOCK_SECOND);
  row.kid = STR("another");
  assert_result(insert(&row, &from), R_ALREADY_EXISTS);
  row = (struct store_signing_row){2, STR("one"), {"", 0}, 0, false};
  assert_result(insert(&row, &from), R_ALREADY_EXISTS); /* a name twice */
  assert_int_equal(listed(&keys), 1);
  assert_str(keys[0].kid, "one");
  assert_true(keys[0].generation == 1 && keys[0].ends_at == 0 && keys[0].signs_from == from);
  assert_true(str_equal(keys[0].sealed, (struct str){"\0\1\2", 3}));
}

static void it_ends_when_the_last_token_does_that_it_signed(void **state)
{
  (void)state;
  const struct store_signing_key *keys;
  struct store_signing_row one = {1, STR("one"), {"", 0}, 0, false}, two = {2, STR("two"), {"", 0}, 600, false},
                           three = {3, STR("three"), {"", 0}, 1200, false};
  int64_t from[3];
  assert_ok(insert(&one, &from[0]));
  assert_ok(insert(&two, &from[1]));
  assert_ok(insert(&three, &from[2]));
  assert_int_equal(listed(&keys), 3);
  assert_true(keys[0].generation == 3 && keys[0].ends_at == 0);
  assert_true(keys[1].generation == 2 && keys[1].ends_at == from[2] + LIFE * CLOCK_SECOND);
  assert_true(keys[2].generation == 1 && keys[2].ends_at == from[1] + LIFE * CLOCK_SECOND);
}

static void one_that_is_alone_ends_the_earlier_ones_when_it_signs(void **state)
{
  (void)state;
  const struct store_signing_key *keys;
  struct store_signing_row one = {1, STR("one"), {"", 0}, 0, false}, two = {2, STR("two"), {"", 0}, 600, false},
                           three = {3, STR("three"), {"", 0}, 5, true};
  int64_t from, alone;
  assert_ok(insert(&one, &from));
  assert_ok(insert(&two, &from));
  assert_ok(insert(&three, &alone));
  assert_int_equal(listed(&keys), 3);
  assert_true(keys[0].ends_at == 0 && keys[1].ends_at == alone && keys[2].ends_at == alone);
}

static void whoever_loses_the_generation_ends_nothing(void **state)
{
  (void)state;
  const struct store_signing_key *keys;
  struct store_signing_row one = {1, STR("one"), {"", 0}, 0, false}, two = {2, STR("two"), {"", 0}, 600, false},
                           late = {2, STR("late"), {"", 0}, 5, true};
  int64_t from;
  assert_ok(insert(&one, &from));
  assert_ok(insert(&two, &from));
  assert_result(insert(&late, &from), R_ALREADY_EXISTS);
  assert_int_equal(listed(&keys), 2);
  assert_true(keys[1].ends_at == from + LIFE * CLOCK_SECOND);
}

static void those_that_are_over_are_not_listed_and_are_removed(void **state)
{
  (void)state;
  const struct store_signing_key *keys;
  struct store_signing_row one = {1, STR("one"), {"", 0}, 0, false}, two = {2, STR("two"), {"", 0}, 0, false};
  struct store_call call = auth();
  int64_t from;
  assert_ok(insert(&one, &from));
  assert_ok(insert(&two, &from));
  assert_ok(store_signing_prune(&call, LIFE));
  assert_int_equal(listed(&keys), 2);
  estate_sql("UPDATE vault.signing_key SET signs_from = signs_from - interval '%d seconds'", LIFE + 1);
  assert_int_equal(listed(&keys), 1);
  assert_str(keys[0].kid, "two");
  assert_ok(store_signing_prune(&call, LIFE));
  assert_string_equal(estate_ask("SELECT string_agg(kid, ',') FROM vault.signing_key"), "two");
  /* The newest stays, so that its number is never given again. */
  estate_sql("UPDATE vault.signing_key SET ends_at = now() - interval '1 second'");
  assert_ok(store_signing_prune(&call, LIFE));
  assert_int_equal(listed(&keys), 0);
  assert_string_equal(estate_ask("SELECT string_agg(kid, ',') FROM vault.signing_key"), "two");
}

static void its_event_stands_at_the_provider(void **state)
{
  (void)state;
  struct store_signing_row row = {1, STR("told"), {"", 0}, 0, true};
  int64_t from;
  assert_ok(insert(&row, &from));
  assert_string_equal(
      estate_ask("SELECT concat_ws(' ', t.kind, e.actor_kind, e.action, e.outcome, e.after ->> 'ends_earlier')"
                 " FROM audit_event e JOIN tenant t ON t.id = e.tenant_id WHERE e.after ->> 'kid' = 'told'"),
      "provider operator rotateSigningKeys done true");
}

#define test(function) cmocka_unit_test_setup_teardown(function, begin, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      test(a_generation_is_made_once),
      test(it_ends_when_the_last_token_does_that_it_signed),
      test(one_that_is_alone_ends_the_earlier_ones_when_it_signs),
      test(whoever_loses_the_generation_ends_nothing),
      test(those_that_are_over_are_not_listed_and_are_removed),
      test(its_event_stands_at_the_provider),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
