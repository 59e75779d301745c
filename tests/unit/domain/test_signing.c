/* Rotating: the next key is published before it signs, of several at once one is made where one is due, and too many
 * are none. */
#include "domain/signing.h"
#include "store/signing.h"
#include "support/estate.h"
#include <pthread.h>

static int begin(void **state)
{
  int r = estate_begin(state);
  estate_sql("DELETE FROM vault.signing_key");
  assert_ok(domain_signing_open(&estate_domain, estate_arena()));
  return r;
}

static struct domain_signing rotated(enum domain_signing_way way)
{
  struct domain_signing made;
  assert_ok(domain_signing_rotate(&estate_domain, way, estate_arena(), &made));
  return made;
}

static struct authn_keyring_newest newest(void) { return authn_keyring_newest(estate_domain.issuer.ring); }

static struct str token_at(int64_t now)
{
  struct authn_token token = {.caller = {.principal = estate_user(A_ADMIN),
                                         .session = estate_user(B_ADMIN),
                                         .kind = AUTHN_USER,
                                         .strength = AUTHN_SINGLE,
                                         .authenticated_at = now},
                              .audience = AUTHN_SERVICE,
                              .issued_at = now,
                              .expires_at = now + 900 * CLOCK_SECOND};
  struct str text;
  assert_ok(authn_token_issue(&estate_domain.issuer, &token, estate_arena(), &text));
  return text;
}

static enum result verified(struct str text, int64_t now)
{
  struct authn_token token;
  return authn_token_check(&estate_domain.issuer, text, now, estate_arena(), &token);
}

static void the_first_key_signs_at_once(void **state)
{
  (void)state;
  int64_t now = clock_now();
  assert_true(newest().generation == 1 && newest().count == 1);
  assert_int_equal(verified(token_at(now), now), R_OK);
  assert_ok(domain_signing_open(&estate_domain, estate_arena()));
  assert_int_equal(newest().generation, 1);
}

static void a_new_key_is_published_before_it_signs(void **state)
{
  (void)state;
  int64_t now = clock_now();
  struct domain_signing made = rotated(DOMAIN_SIGNING_BY_COMMAND);
  struct buf set = buf_in(estate_arena(), 1 << 14);
  assert_true(made.signs_from > now + 590 * CLOCK_SECOND && made.signs_from < now + 610 * CLOCK_SECOND);
  authn_keyring_publish(estate_domain.issuer.ring, now, &set);
  assert_non_null(strstr(buf_str(&set).p, arena_copy(estate_arena(), made.kid).p));
  struct str before = token_at(made.signs_from - 1), after = token_at(made.signs_from);
  assert_false(memcmp(before.p, after.p, AUTHN_KEYRING_HEADER) == 0);
  assert_int_equal(verified(before, made.signs_from + 899 * CLOCK_SECOND - 1), R_OK);
  assert_int_equal(verified(after, made.signs_from), R_OK);
}

static void alone_it_signs_soon_and_the_earlier_ones_are_over(void **state)
{
  (void)state;
  int64_t now = clock_now();
  struct str before = token_at(now);
  rotated(DOMAIN_SIGNING_BY_COMMAND);
  struct domain_signing made = rotated(DOMAIN_SIGNING_ALONE);
  assert_true(made.signs_from > now && made.signs_from < now + 10 * CLOCK_SECOND);
  assert_int_equal(verified(before, made.signs_from - 1), R_OK);
  assert_int_equal(verified(before, made.signs_from), R_UNAUTHENTICATED);
  assert_int_equal(verified(token_at(made.signs_from), made.signs_from), R_OK);
}

static void too_many_are_not_made(void **state)
{
  (void)state;
  struct domain_signing made;
  enum result r = R_OK;
  for (int i = 0; i < AUTHN_KEYRING_MOST && r == R_OK; i++)
    r = domain_signing_rotate(&estate_domain, DOMAIN_SIGNING_BY_COMMAND, estate_arena(), &made);
  assert_int_equal(r, R_LIMIT_REACHED);
  assert_true(newest().count < AUTHN_KEYRING_MOST);
  assert_ok(domain_signing_rotate(&estate_domain, DOMAIN_SIGNING_ALONE, estate_arena(), &made));
}

static void none_is_made_by_schedule_before_its_time(void **state)
{
  (void)state;
  struct domain_signing made;
  int64_t due = newest().signs_from + estate_domain.limits.signing_key_time;
  assert_false(domain_signing_due(&estate_domain, due - 1));
  assert_true(domain_signing_due(&estate_domain, due));
  assert_result(domain_signing_rotate(&estate_domain, DOMAIN_SIGNING_BY_SCHEDULE, estate_arena(), &made),
                R_ALREADY_EXISTS);
  assert_int_equal(newest().generation, 1);
}

/* A process of its own: another ring on the same database. */
struct process {
  struct domain domain;
  struct arena *arena;
  pthread_t thread;
  enum domain_signing_way way;
  enum result outcome;
};

enum { PROCESSES = 4 };

static void *rotate(void *argument)
{
  struct process *p = argument;
  struct domain_signing made;
  p->outcome =
      p->way ? domain_signing_rotate(&p->domain, p->way, p->arena, &made) : domain_signing_open(&p->domain, p->arena);
  return NULL;
}

static size_t at_once(enum domain_signing_way way, struct process *ret_processes)
{
  size_t done = 0;
  for (size_t i = 0; i < PROCESSES; i++) {
    struct process *p = &ret_processes[i];
    *p = (struct process){.domain = estate_domain, .arena = arena_new(1 << 20), .way = way};
    assert_ok(authn_keyring_open(estate_domain.keys, p->arena, &p->domain.issuer.ring));
    if (way)
      assert_ok(domain_signing_read(&p->domain, p->arena));
  }
  for (size_t i = 0; i < PROCESSES; i++)
    assert_int_equal(pthread_create(&ret_processes[i].thread, NULL, rotate, &ret_processes[i]), 0);
  for (size_t i = 0; i < PROCESSES; i++) {
    pthread_join(ret_processes[i].thread, NULL);
    done += ret_processes[i].outcome == R_OK;
  }
  return done;
}

static void close_processes(struct process *processes)
{
  for (size_t i = 0; i < PROCESSES; i++) {
    authn_keyring_close(&processes[i].domain.issuer.ring);
    arena_free(&processes[i].arena);
  }
}

static void of_several_that_make_the_first_key_one_does(void **state)
{
  (void)state;
  struct process processes[PROCESSES];
  for (int round = 0; round < 5; round++) {
    estate_sql("DELETE FROM vault.signing_key");
    assert_int_equal(at_once(0, processes), PROCESSES);
    assert_string_equal(estate_ask("SELECT count(*) FROM vault.signing_key"), "1");
    for (size_t i = 0; i < PROCESSES; i++)
      assert_int_equal(authn_keyring_newest(processes[i].domain.issuer.ring).count, 1);
    close_processes(processes);
  }
}

static void of_several_that_find_a_key_due_one_makes_it(void **state)
{
  (void)state;
  struct process processes[PROCESSES];
  for (int round = 0; round < 5; round++) {
    estate_sql("DELETE FROM vault.signing_key WHERE generation > 1;"
               "UPDATE vault.signing_key SET signs_from = now() - interval '91 days'");
    assert_int_equal(at_once(DOMAIN_SIGNING_BY_SCHEDULE, processes), 1);
    assert_string_equal(estate_ask("SELECT count(*) FROM vault.signing_key"), "2");
    close_processes(processes);
  }
}

static void a_key_of_one_process_verifies_in_another(void **state)
{
  (void)state;
  struct process processes[PROCESSES];
  estate_sql("UPDATE vault.signing_key SET signs_from = now() - interval '91 days'");
  at_once(DOMAIN_SIGNING_BY_SCHEDULE, processes);
  assert_ok(domain_signing_read(&estate_domain, estate_arena()));
  int64_t now = newest().signs_from;
  struct str text = token_at(now);
  for (size_t i = 0; i < PROCESSES; i++) {
    struct authn_token token;
    processes[i].domain.issuer.seen = NULL;
    assert_ok(domain_signing_read(&processes[i].domain, processes[i].arena));
    assert_ok(authn_token_check(&processes[i].domain.issuer, text, now, processes[i].arena, &token));
  }
  close_processes(processes);
}

static void what_is_over_is_forgotten(void **state)
{
  (void)state;
  rotated(DOMAIN_SIGNING_BY_COMMAND);
  assert_ok(domain_signing_prune(&estate_domain, estate_arena()));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.signing_key"), "2");
  estate_sql("UPDATE vault.signing_key SET signs_from = signs_from - interval '1 day'");
  assert_ok(domain_signing_prune(&estate_domain, estate_arena()));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.signing_key"), "1");
}

#define test(function) cmocka_unit_test_setup_teardown(function, begin, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      test(the_first_key_signs_at_once),
      test(a_new_key_is_published_before_it_signs),
      test(alone_it_signs_soon_and_the_earlier_ones_are_over),
      test(too_many_are_not_made),
      test(none_is_made_by_schedule_before_its_time),
      test(of_several_that_make_the_first_key_one_does),
      test(of_several_that_find_a_key_due_one_makes_it),
      test(a_key_of_one_process_verifies_in_another),
      test(what_is_over_is_forgotten),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
