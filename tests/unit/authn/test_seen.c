/* Proves that what was verified is found again while it is good, and that nothing else ever is. */
#include "authn/seen.h"
#include "base/clock.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <cmocka.h>

static const int64_t now = 1700000000 * CLOCK_SECOND;
static struct arena *arena;
static struct authn_seen *seen;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(16 << 20);
  return arena && authn_seen_open(64, arena, &seen) == R_OK ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  authn_seen_close(&seen);
  arena_free(&arena);
  return 0;
}

/* An entry of the set that `number` falls into, told from its neighbours by `mark`. */
static struct authn_seen_entry entry_of(unsigned char number, unsigned char mark)
{
  struct authn_seen_entry e = {.losses = 7, .until = now + 900 * CLOCK_SECOND};
  e.digest[0] = number;
  e.digest[31] = mark;
  e.token = (struct authn_token){.caller = {.epoch = 1000u * number + mark}, .issued_at = now, .expires_at = e.until};
  return e;
}

static bool find(const struct authn_seen_entry *wanted, int64_t at)
{
  struct authn_token token = {.caller = {.epoch = UINT32_MAX}};
  bool found = authn_seen_find(seen, wanted, at, &token);
  assert_true(token.caller.epoch == (found ? wanted->token.caller.epoch : UINT32_MAX));
  return found;
}

static void what_was_kept_is_found(void **state)
{
  (void)state;
  struct authn_seen_entry one = entry_of(1, 1), two = entry_of(2, 1);
  assert_false(find(&one, now));
  authn_seen_keep(seen, &one);
  authn_seen_keep(seen, &two);
  assert_true(find(&one, now) && find(&two, now));
}

static void nothing_is_found_by_another_digest(void **state)
{
  (void)state;
  struct authn_seen_entry one = entry_of(1, 1);
  authn_seen_keep(seen, &one);
  for (size_t bit = 0; bit < 8 * sizeof one.digest; bit++) {
    struct authn_seen_entry other = one;
    other.digest[bit / 8] ^= (unsigned char)(1 << bit % 8);
    assert_false(find(&other, now));
  }
  assert_false(find(&(struct authn_seen_entry){.losses = 0}, now));
}

static void it_is_found_until_its_end(void **state)
{
  (void)state;
  struct authn_seen_entry one = entry_of(1, 1);
  authn_seen_keep(seen, &one);
  assert_true(find(&one, one.until - 1));
  assert_false(find(&one, one.until));
  assert_false(find(&one, now - AUTHN_SKEW - 1));
  assert_true(find(&one, now - AUTHN_SKEW));
}

static void after_a_loss_it_is_not_found_until_it_is_kept_anew(void **state)
{
  (void)state;
  struct authn_seen_entry one = entry_of(1, 1), after = one;
  authn_seen_keep(seen, &one);
  after.losses++;
  assert_false(find(&after, now));
  authn_seen_keep(seen, &after);
  assert_true(find(&after, now));
  assert_false(find(&one, now));
}

static void a_full_set_forgets_what_is_over_first(void **state)
{
  (void)state;
  struct authn_seen_entry entries[6];
  for (unsigned char i = 0; i < 6; i++) {
    entries[i] = entry_of(3, i);
    entries[i].until = now + (i == 2 ? 10 : 100 + i) * CLOCK_SECOND;
    authn_seen_keep(seen, &entries[i]);
  }
  /* The fifth took the place of the third, the sixth that of the first. */
  static const bool kept[] = {false, true, false, true, true, true};
  for (size_t i = 0; i < 6; i++)
    assert_int_equal(find(&entries[i], now), kept[i]);
}

static void what_is_kept_twice_stands_once(void **state)
{
  (void)state;
  struct authn_seen_entry first = entry_of(4, 0);
  for (int i = 0; i < 10; i++)
    authn_seen_keep(seen, &first);
  for (unsigned char i = 1; i < 4; i++) {
    struct authn_seen_entry more = entry_of(4, i);
    authn_seen_keep(seen, &more);
  }
  assert_true(find(&first, now));
}

static atomic_size_t found_count;

static void *hammer(void *argument)
{
  unsigned char own = *(unsigned char *)argument;
  for (int i = 0; i < 20000; i++) {
    struct authn_seen_entry e = entry_of((unsigned char)(i % 8), (unsigned char)(i % 5 + own));
    authn_seen_keep(seen, &e);
    atomic_fetch_add(&found_count, find(&e, now));
  }
  return NULL;
}

static void many_threads_find_whole_tokens_alone(void **state)
{
  (void)state;
  unsigned char own[] = {0, 1, 2, 3};
  pthread_t threads[4];
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, hammer, &own[i]), 0);
  for (size_t i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  assert_true(atomic_load(&found_count) > 1000);
}

static void without_memory_there_is_none(void **state)
{
  (void)state;
  for (size_t limit = 0; limit < 4096; limit += 512) {
    CLEANUP(arena_free) struct arena *little = arena_new(limit);
    struct authn_seen *none = NULL;
    assert_int_equal(authn_seen_open(64, little, &none), R_NO_MEMORY);
    assert_null(none);
  }
}

#define test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      test(what_was_kept_is_found),
      test(nothing_is_found_by_another_digest),
      test(it_is_found_until_its_end),
      test(after_a_loss_it_is_not_found_until_it_is_kept_anew),
      test(a_full_set_forgets_what_is_over_first),
      test(what_is_kept_twice_stands_once),
      test(many_threads_find_whole_tokens_alone),
      test(without_memory_there_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
