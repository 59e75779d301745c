/* The phases of a connection, and how the deadline thread steps in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "http/registry.h"
#include <sys/socket.h>
#include <unistd.h>

struct line {
  struct http_registry registry;
  struct http_connection *connection;
  int ends[2];
};

static struct line line;

static int set_up(void **state)
{
  (void)state;
  line = (struct line){.registry = {.most = 4, .address_most = 4, .request_time = 1000, .idle_time = 5000}};
  if (http_registry_init(&line.registry) != R_OK || socketpair(AF_UNIX, SOCK_STREAM, 0, line.ends) != 0)
    return -1;
  line.connection = http_connection_new(&line.registry, NULL, line.ends[0]);
  return line.connection ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  http_connection_free(line.connection);
  assert_int_equal(line.registry.open, 0);
  http_registry_free(&line.registry);
  close(line.ends[0]);
  close(line.ends[1]);
  return 0;
}

/* What the other end has been told; -1 when nothing and it is still open. */
static ssize_t told(char text[512]) { return recv(line.ends[1], text, 512, MSG_DONTWAIT); }

static void a_request_that_does_not_come_in_time_is_told_408(void **state)
{
  (void)state;
  char text[512];
  int64_t now = clock_monotonic();
  assert_int_equal(http_connection_begin(line.connection, now), now + 1000);
  http_registry_sweep(&line.registry, now + 1000);
  assert_int_equal(told(text), -1);
  http_registry_sweep(&line.registry, now + 1001);
  assert_true(told(text) > 0);
  assert_memory_equal(text, "HTTP/1.1 408 ", 13);
  assert_false(http_connection_run(line.connection));
  assert_int_equal(line.registry.cut, 1);
}

static void a_request_that_runs_is_left_to_its_lane(void **state)
{
  (void)state;
  char text[512];
  int64_t now = clock_monotonic();
  http_connection_begin(line.connection, now);
  assert_true(http_connection_run(line.connection));
  http_registry_sweep(&line.registry, now + 1000000);
  assert_int_equal(told(text), -1);
  http_connection_send(line.connection, now + 1000000);
  http_registry_sweep(&line.registry, now + 1001000);
  assert_int_equal(told(text), -1);
  http_registry_sweep(&line.registry, now + 1001001);
  assert_int_equal(told(text), 0);
}

/* Once when it is cut, and not while more of its reply is made. */
static void a_reply_that_waits_for_more_is_left_to_its_lane(void **state)
{
  (void)state;
  char text[512];
  int64_t now = clock_monotonic();
  http_connection_send(line.connection, now);
  assert_true(http_connection_fetch(line.connection));
  http_registry_sweep(&line.registry, now + 1001);
  assert_int_equal(told(text), -1);
  http_connection_send(line.connection, now);
  http_registry_sweep(&line.registry, now + 1001);
  assert_int_equal(told(text), 0);
  assert_false(http_connection_fetch(line.connection));
}

static void a_connection_that_waits_is_shut_without_a_word(void **state)
{
  (void)state;
  char text[512];
  int64_t now = clock_monotonic();
  http_connection_wait(line.connection, now);
  http_registry_sweep(&line.registry, now + 5000);
  assert_int_equal(told(text), -1);
  http_registry_sweep(&line.registry, now + 5001);
  assert_int_equal(told(text), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_request_that_does_not_come_in_time_is_told_408, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_request_that_runs_is_left_to_its_lane, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_reply_that_waits_for_more_is_left_to_its_lane, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_connection_that_waits_is_shut_without_a_word, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
