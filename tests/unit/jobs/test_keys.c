/* The thread that follows the vault: what another process made is here soon, what is due is made, and a flood of
   unknown keys asks the database no more often than it would. */
#include "jobs/keys.h"
#include "support/estate.h"
#include <stdlib.h>
#include <time.h>

static struct jobs_keys *job;

static int begin(void **state)
{
  int r = estate_begin(state);
  assert_ok(jobs_keys_open(&estate_domain, estate_arena(), &job));
  return r;
}

static int end(void **state)
{
  jobs_keys_close(&job);
  return estate_end(state);
}

static struct authn_keyring_newest newest(void) { return authn_keyring_newest(estate_domain.issuer.ring); }

/* Until the ring is at that generation; how long that took. */
static int64_t wait_for(int generation, int64_t most)
{
  int64_t began = clock_monotonic();
  while (newest().generation != generation) {
    if (clock_monotonic() > began + most)
      fail_msg("generation %d, not %d", newest().generation, generation);
    nanosleep(&(struct timespec){0, 10000000}, NULL);
  }
  return clock_monotonic() - began;
}

static void what_another_process_made_is_here_within_the_lead(void **state)
{
  (void)state;
  int next = newest().generation + 1;
  estate_sql("INSERT INTO vault.signing_key (generation, kid, sealed_key, signs_from)"
             " VALUES (%d, 'not to be opened', '', now() + interval '1 hour')",
             next);
  wait_for(next, 5 * CLOCK_SECOND);
}

static void what_is_due_is_made_once(void **state)
{
  (void)state;
  int next = newest().generation + 1;
  estate_sql("UPDATE vault.signing_key SET signs_from = now() - interval '91 days'");
  wait_for(next, 6 * CLOCK_SECOND);
  nanosleep(&(struct timespec){3, 0}, NULL);
  assert_int_equal(newest().generation, next);
  assert_string_equal(estate_ask("SELECT actor_kind FROM audit_event WHERE action = 'rotateSigningKeys'"
                                 " ORDER BY at DESC LIMIT 1"),
                      "system");
}

static int64_t looks(void)
{
  return strtoll(
      estate_ask("SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'signing_key'"),
      NULL, 10);
}

static void unknown_keys_do_not_flood_the_database(void **state)
{
  (void)state;
  char header[AUTHN_KEYRING_HEADER + 1];
  struct authn_keyring_key key;
  memset(header, 'A', sizeof header);
  nanosleep(&(struct timespec){1, 500000000}, NULL); /* statistics are written once a second */
  int64_t before = looks(), until = clock_monotonic() + 3 * CLOCK_SECOND;
  size_t asked = 0;
  for (; clock_monotonic() < until; asked++)
    assert_int_equal(authn_keyring_verifier(estate_domain.issuer.ring, (struct str){header, AUTHN_KEYRING_HEADER},
                                            clock_now(), &key),
                     R_UNAUTHENTICATED);
  nanosleep(&(struct timespec){1, 500000000}, NULL);
  assert_true(asked > 1000);
  int64_t made = looks() - before;
  if (made < 1 || made > 60)
    fail_msg("%lld looks for %zu unknown keys", (long long)made, asked);
}

#define test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      test(what_another_process_made_is_here_within_the_lead),
      test(what_is_due_is_made_once),
      test(unknown_keys_do_not_flood_the_database),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
