/* Refusals on their way into the audit. */
#include "domain/refusal.h"
#include "support/estate.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct domain_refusal_event refused(enum estate_user user, enum estate_tenant home, const char *action)
{
  return (struct domain_refusal_event){.actor = {.kind = DOMAIN_ACTOR_USER,
                                                 .id = estate_user(user),
                                                 .home = estate_tenant(home),
                                                 .address = STR("192.0.2.9"),
                                                 .request_id = STR("request-9")},
                                       .action = action,
                                       .reason = R_NOT_FOUND,
                                       .object = estate_tenant(C)};
}

/* So that what is put now is not parted by the turn of the minute. */
static void away_from_the_minutes_end(void)
{
  while (clock_now() % (60 * CLOCK_SECOND) > 50 * CLOCK_SECOND)
    nanosleep(&(struct timespec){0, 100000000}, NULL);
}

static long metric(const struct domain_refusal *queue, const char *name)
{
  struct buf text = buf_in(estate_arena(), 4096);
  domain_refusal_metrics(queue, &text);
  char line[64];
  snprintf(line, sizeof line, "\n%s ", name); /* the sample: HELP and TYPE lines begin with # */
  const char *at = strstr(buf_str(&text).p, line);
  assert_non_null(at);
  return strtol(at + strlen(line), NULL, 10);
}

static struct domain_refusal *opened(size_t capacity)
{
  struct domain_refusal *queue = NULL;
  assert_ok(domain_refusal_open(&estate_domain, capacity, &queue));
  return queue;
}

static void a_refusal_is_written_where_its_actor_is_at_home(void **state)
{
  (void)state;
  struct domain_refusal *queue = opened(16);
  struct domain_refusal_event event = refused(A_PLAIN, A, "readElsewhere");
  domain_refusal_put(queue, &event);
  for (int i = 0; i < 200 && metric(queue, "bailiwick_refusals_written_total") == 0; i++)
    nanosleep(&(struct timespec){0, 50000000}, NULL);
  assert_string_equal(
      estate_ask("SELECT tenant_path, actor_id, outcome, reason, object_id, address, request_id, count, actor_title"
                 " FROM audit_event WHERE action = 'readElsewhere'"),
      "/00000000/p1p1p1p1/aaaaaaaa|00000000-0000-7000-a000-000000000012|refused|not_found|"
      "00000000-0000-7000-9000-000000000006|192.0.2.9|request-9|1|customer operator");
  domain_refusal_close(&queue);
}

static void equal_ones_of_a_minute_become_one_with_a_count(void **state)
{
  (void)state;
  away_from_the_minutes_end();
  struct domain_refusal *queue = opened(16);
  struct domain_refusal_event event = refused(A_PLAIN, A, "readOften"), other = refused(A_ADMIN, A, "readOften");
  for (int i = 0; i < 1000; i++)
    domain_refusal_put(queue, &event);
  domain_refusal_put(queue, &other);
  event.reason = R_FORBIDDEN;
  domain_refusal_put(queue, &event);
  domain_refusal_close(&queue);
  assert_null(queue);
  assert_string_equal(estate_ask("SELECT sum(count), count(*) <= 4 FROM audit_event WHERE action = 'readOften'"),
                      "1002|t");
  assert_string_equal(estate_ask("SELECT sum(count) FROM audit_event WHERE action = 'readOften'"
                                 " AND actor_id = '00000000-0000-7000-a000-000000000012' AND reason = 'not_found'"),
                      "1000");
}

static void strangers_are_told_apart_by_address_and_kept_at_the_root(void **state)
{
  (void)state;
  struct domain_refusal *queue = opened(16);
  struct domain_refusal_event event = {.actor = {.kind = DOMAIN_ACTOR_ANONYMOUS, .address = STR("192.0.2.1")},
                                       .action = "knock",
                                       .reason = R_UNAUTHENTICATED};
  domain_refusal_put(queue, &event);
  event.actor.address = STR("192.0.2.2");
  domain_refusal_put(queue, &event);
  domain_refusal_close(&queue);
  assert_string_equal(estate_ask("SELECT count(*), count(DISTINCT address), min(tenant_path), min(actor_kind)"
                                 " FROM audit_event WHERE action = 'knock'"),
                      "2|2|/00000000|anonymous");
}

static void a_full_queue_drops_and_says_so(void **state)
{
  (void)state;
  static const char *const actions[] = {"full-1", "full-2", "full-3", "full-4", "full-5", "full-6", "full-7", "full-8"};
  struct domain_refusal *queue = opened(2);
  for (size_t i = 0; i < 8; i++) {
    struct domain_refusal_event event = refused(A_PLAIN, A, actions[i]);
    domain_refusal_put(queue, &event);
  }
  long dropped = metric(queue, "bailiwick_refusals_dropped_total");
  domain_refusal_close(&queue);
  assert_true(dropped > 0);
  assert_int_equal(strtol(estate_ask("SELECT count(*) FROM audit_event WHERE action LIKE 'full-_'"), NULL, 10),
                   8 - dropped);
}

static void a_long_text_is_cut(void **state)
{
  (void)state;
  struct domain_refusal *queue = opened(4);
  struct domain_refusal_event event = refused(A_PLAIN, A, "long");
  char text[300];
  memset(text, 'x', sizeof text);
  event.actor.request_id = (struct str){text, sizeof text};
  domain_refusal_put(queue, &event);
  domain_refusal_close(&queue);
  assert_string_equal(estate_ask("SELECT length(request_id) FROM audit_event WHERE action = 'long'"), "64");
}

static void one_that_cannot_be_written_spoils_no_other(void **state)
{
  (void)state;
  struct domain_refusal *queue = opened(8);
  struct domain_refusal_event event = refused(A_PLAIN, A, "spoilt");
  assert_true(uuid_parse(STR("00000000-0000-7000-9000-0000000000ff"), &event.tenant));
  domain_refusal_put(queue, &event);
  event = refused(A_PLAIN, A, "unspoilt");
  domain_refusal_put(queue, &event);
  domain_refusal_close(&queue);
  assert_string_equal(estate_ask("SELECT count(*) FILTER (WHERE action = 'unspoilt'), count(*) FILTER (WHERE action ="
                                 " 'spoilt') FROM audit_event"),
                      "1|0");
}

static void *put_many(void *object)
{
  struct domain_refusal *queue = object;
  struct domain_refusal_event event = refused(A_VIEWER, A, "crowd");
  for (int i = 0; i < 2000; i++)
    domain_refusal_put(queue, &event);
  return NULL;
}

static void threads_that_put_at_once_lose_nothing(void **state)
{
  (void)state;
  enum { THREADS = 4 };
  struct domain_refusal *queue = opened(64);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, put_many, queue), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  domain_refusal_close(&queue);
  assert_string_equal(estate_ask("SELECT sum(count) FROM audit_event WHERE action = 'crowd'"), "8000");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_refusal_is_written_where_its_actor_is_at_home),
      estate_test(equal_ones_of_a_minute_become_one_with_a_count),
      estate_test(strangers_are_told_apart_by_address_and_kept_at_the_root),
      estate_test(a_full_queue_drops_and_says_so),
      estate_test(a_long_text_is_cut),
      estate_test(one_that_cannot_be_written_spoils_no_other),
      estate_test(threads_that_put_at_once_lose_nothing),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
