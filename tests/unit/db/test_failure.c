/* Reasons of failures are kept for the log, each thread's own. */
#include "fixture.h"
#include "db/failure.h"
#include <pthread.h>

static void what_is_said_is_kept_until_the_next_failure(void **state)
{
  (void)state;
  assert_int_equal(db_failure_say(R_RULE, "the %s is %d", "first", 1), R_RULE);
  assert_string_equal(db_last_error(), "the first is 1");
  assert_int_equal(db_failure_say(R_CONFLICT, "the second"), R_CONFLICT);
  assert_string_equal(db_last_error(), "the second");
  assert_false(db_failure_was("23505"));
}

static void a_long_reason_is_cut(void **state)
{
  char text[2000];
  (void)state;
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  assert_int_equal(db_failure_say(R_RULE, "%s", text), R_RULE);
  assert_in_range(strlen(db_last_error()), 100, sizeof text - 2);
}

static void *say_elsewhere(void *unused)
{
  (void)!db_failure_say(R_RULE, "elsewhere");
  return unused;
}

static void a_thread_hears_of_its_own_failures_alone(void **state)
{
  pthread_t thread;
  (void)state;
  assert_int_equal(db_failure_say(R_RULE, "here"), R_RULE);
  assert_int_equal(pthread_create(&thread, NULL, say_elsewhere, NULL), 0);
  pthread_join(thread, NULL);
  assert_string_equal(db_last_error(), "here");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_said_is_kept_until_the_next_failure),
      cmocka_unit_test(a_long_reason_is_cut),
      cmocka_unit_test(a_thread_hears_of_its_own_failures_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
