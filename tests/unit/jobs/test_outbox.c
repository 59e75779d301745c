/* Threads that share the outbox: everything goes out, nothing twice, at a pace. */
#include "jobs/outbox.h"
#include "domain/invitation.h"
#include "domain/session.h"
#include "support/estate.h"
#include <stdio.h>
#include <time.h>

enum { MAILS = 40 };

static atomic_int delivered;

static enum result deliver(void *post, const struct jobs_parcel *parcel)
{
  (void)post;
  (void)parcel;
  atomic_fetch_add(&delivered, 1);
  return R_OK;
}

static int prepare(void **state)
{
  atomic_store(&delivered, 0);
  estate_domain.mail.sends = true;
  estate_sql("DELETE FROM vault.outbox; UPDATE principal SET email = 'plain@example.org' WHERE login = 'a-plain';"
             "UPDATE principal SET email_changed_at = NULL");
  return estate_begin(state);
}

static void put(int count)
{
  estate_sql(
      "INSERT INTO vault.outbox (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, recipient, "
      "happened_at,"
      " expires_at) SELECT gen_random_uuid(), id, tenant_id, tenant_path, tenant_boundary, 'new_device', email, now(),"
      " now() + interval '1 hour' FROM principal, generate_series(1, %d) WHERE login = 'a-plain'",
      count);
}

static struct jobs_outbox *opened(int64_t pace)
{
  struct jobs_outbox_config config = {
      .domain = &estate_domain, .from = STR("access@example.org"), .pace = pace, .deliver = deliver};
  struct jobs_outbox *outbox;
  assert_ok(jobs_outbox_open(&config, estate_arena(), &outbox));
  return outbox;
}

static void wait_for(int count)
{
  int64_t until = clock_monotonic() + 30 * CLOCK_SECOND;
  while (atomic_load(&delivered) < count && clock_monotonic() < until)
    nanosleep(&(struct timespec){0, 20000000}, NULL);
}

static void several_deliver_each_once(void **state)
{
  (void)state;
  struct jobs_outbox *one = opened(100000), *two = opened(100000);
  put(MAILS);
  wait_for(MAILS);
  jobs_outbox_close(&one);
  jobs_outbox_close(&two);
  assert_null(one);
  assert_int_equal(atomic_load(&delivered), MAILS);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.outbox WHERE outcome = 'sent' AND attempts = 1"), "40");
}

static void a_pace_is_kept(void **state)
{
  (void)state;
  struct jobs_outbox *outbox = opened(120); /* two a second */
  put(MAILS);
  wait_for(1);
  int64_t begun = clock_monotonic();
  wait_for(5);
  int64_t took = clock_monotonic() - begun;
  jobs_outbox_close(&outbox);
  assert_true(took >= 19 * CLOCK_SECOND / 10);
  assert_true(atomic_load(&delivered) < MAILS);
}

static void the_pace_is_that_of_all_together(void **state)
{
  (void)state;
  struct jobs_outbox *one = opened(120), *two = opened(120), *three = opened(120);
  put(MAILS);
  wait_for(1);
  int64_t begun = clock_monotonic();
  wait_for(5);
  int64_t took = clock_monotonic() - begun;
  jobs_outbox_close(&one);
  jobs_outbox_close(&two);
  jobs_outbox_close(&three);
  assert_true(took >= 19 * CLOCK_SECOND / 10);
}

static void what_was_asked_for_is_served_on_the_way(void **state)
{
  (void)state;
  struct signin s = {.domain = &estate_domain,
                     .arena = estate_arena(),
                     .now = clock_now(),
                     .deadline = clock_monotonic() + 20 * CLOCK_SECOND,
                     .address = STR("192.0.2.7")};
  struct invitation_wish wish = {STR("a-plain"), STR_NONE, STR("code-aaaaaaaa")};
  assert_ok(domain_invitation_ask(&s, &wish));
  struct jobs_outbox *outbox = opened(100000);
  wait_for(1);
  jobs_outbox_close(&outbox);
  assert_string_equal(estate_ask("SELECT kind, outcome FROM vault.outbox"), "reset|sent");
}

static void it_says_how_many_wait_and_how_long(void **state)
{
  (void)state;
  struct buf text = buf_in(estate_arena(), 1 << 16), none = buf_in(estate_arena(), 1 << 16);
  double age = 0;
  put(3);
  estate_sql(
      "UPDATE vault.outbox SET happened_at = now() - interval '100 seconds', next_at = now() + interval '1 hour'");
  struct jobs_outbox *outbox = opened(1);
  nanosleep(&(struct timespec){1, 0}, NULL);
  jobs_outbox_metrics(outbox, &text);
  const char *all = buf_str(&text).p;
  assert_non_null(strstr(all, "\nbailiwick_mail_waiting 3\n"));
  assert_int_equal(sscanf(strstr(all, "\nbailiwick_mail_oldest_seconds "), "\nbailiwick_mail_oldest_seconds %lf", &age),
                   1);
  assert_true(age >= 100 && age < 160);
  jobs_outbox_close(&outbox);
  jobs_outbox_metrics(NULL, &none);
  assert_int_equal(buf_str(&none).n, 0);
}

#define outbox_test(function) cmocka_unit_test_setup_teardown(function, prepare, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      outbox_test(several_deliver_each_once),
      outbox_test(a_pace_is_kept),
      outbox_test(the_pace_is_that_of_all_together),
      outbox_test(what_was_asked_for_is_served_on_the_way),
      outbox_test(it_says_how_many_wait_and_how_long),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
