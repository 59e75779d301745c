/* The log: one line a message, whatever the message holds. */
#include "base/log.h"
#include "base/clock.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int kept = -1;
static FILE *file;
static char written[1 << 20];

/* From here to captured(), standard error is a file. */
static void capture(void)
{
  kept = dup(STDERR_FILENO);
  file = tmpfile();
  assert_true(kept >= 0 && file);
  dup2(fileno(file), STDERR_FILENO);
}

static struct str captured(void)
{
  dup2(kept, STDERR_FILENO);
  close(kept);
  ssize_t n = pread(fileno(file), written, sizeof written - 1, 0);
  fclose(file);
  assert_true(n >= 0);
  written[n] = '\0';
  return (struct str){written, (size_t)n};
}

/* What stands in the message of the one line. */
static struct str message(struct str line)
{
  static const char before[] = "\"message\":\"";
  const char *at = strstr(line.p, before);
  assert_non_null(at);
  at += strlen(before);
  assert_true(line.n > 3 && strcmp(line.p + line.n - 3, "\"}\n") == 0);
  return (struct str){at, (size_t)(line.p + line.n - 3 - at)};
}

static void assert_logged(const char *text, const char *expected)
{
  capture();
  log_line(LOG_ERROR, "%s", text);
  struct str got = message(captured());
  if (!str_is(got, expected))
    fail_msg("%.*s", (int)got.n, got.p);
}

static void a_line_has_its_time_level_and_message(void **state)
{
  (void)state;
  capture();
  log_line(LOG_WARN, "%d of %s", 2, "three");
  struct str line = captured();
  assert_memory_equal(line.p, "{\"time\":\"", 9);
  int64_t time;
  assert_true(clock_parse((struct str){line.p + 9, CLOCK_TEXT - 1}, &time));
  assert_in_range(time, clock_now() - 60 * CLOCK_SECOND, clock_now());
  assert_string_equal(line.p + 9 + CLOCK_TEXT - 1, "\",\"level\":\"warn\",\"message\":\"2 of three\"}\n");
}

static void levels_below_the_set_one_are_dropped(void **state)
{
  (void)state;
  static const enum log_level all[] = {LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR};
  static const char *const names[] = {"\"debug\"", "\"info\"", "\"warn\"", "\"error\""};
  for (size_t lowest = 0; lowest < 4; lowest++) {
    log_set_level(all[lowest]);
    capture();
    for (size_t i = 0; i < 4; i++)
      log_line(all[i], "x");
    struct str lines = captured();
    for (size_t i = 0; i < 4; i++)
      assert_int_equal(strstr(lines.p, names[i]) != NULL, i >= lowest);
  }
  log_set_level(LOG_INFO);
}

static void quotes_and_backslashes_are_escaped(void **state)
{
  (void)state;
  assert_logged("a\"},{\"level\":\"forged\\", "a\\\"},{\\\"level\\\":\\\"forged\\\\");
  assert_logged("", "");
}

static void what_breaks_a_line_or_moves_a_cursor_is_escaped(void **state)
{
  (void)state;
  assert_logged("a\r\nb", "a\\u000d\\u000ab");
  assert_logged("\x1b[2J\x07\x08\t\x7f", "\\u001b[2J\\u0007\\u0008\\u0009\\u007f");
  assert_logged("\xC2\x85\xC2\x9B\xC2\xA0", "\\u0085\\u009b\xC2\xA0");
  assert_logged("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xA7\xE2\x80\xAA", "\\u2028\\u2029\xE2\x80\xA7\xE2\x80\xAA");
}

static void broken_utf8_is_shown_as_such(void **state)
{
  (void)state;
  assert_logged("a\xFF\xC0\xAF\xE2\x82", "a\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd");
  assert_logged("\xC3\xA4\xF0\x9F\x98\x80", "\xC3\xA4\xF0\x9F\x98\x80");
}

static void a_long_message_is_cut_to_one_line_of_4_kib(void **state)
{
  (void)state;
  static const char *const pieces[] = {"a", "\n", "\"", "\xC3\xA4", "\xE2\x80\xA8", "\xFF", "\xF0\x9F\x98\x80"};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    size_t n = strlen(pieces[i]), all = (1 << 20) / n * n;
    char *text = malloc(all + 1);
    for (size_t at = 0; at < all; at += n)
      memcpy(text + at, pieces[i], n);
    text[all] = '\0';
    capture();
    log_line(LOG_ERROR, "%s", text);
    struct str line = captured();
    assert_in_range(line.n, 2900, 4096);
    assert_ptr_equal(strchr(line.p, '\n'), line.p + line.n - 1);
    assert_true(text_utf8_valid(line));
    message(line);
    free(text);
  }
}

static void *log_often(void *name)
{
  for (int i = 0; i < 200; i++)
    log_line(LOG_ERROR, "%s%s%s%s", (char *)name, (char *)name, (char *)name, (char *)name);
  return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
  (void)state;
  static char names[4][2] = {"a", "b", "c", "d"};
  pthread_t threads[4];
  capture();
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, log_often, names[i]), 0);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  struct str rest = captured();
  size_t lines = 0;
  for (; rest.n > 0; lines++) {
    struct str line = str_cut(&rest, '\n');
    assert_true(line.n > 6 && memcmp(line.p, "{\"time\":", 8) == 0);
    const char *end = line.p + line.n - 6;
    assert_true(end[0] == end[1] && end[1] == end[2] && end[2] == end[3] && memcmp(end + 4, "\"}", 2) == 0);
  }
  assert_int_equal(lines, 800);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_line_has_its_time_level_and_message),
      cmocka_unit_test(levels_below_the_set_one_are_dropped),
      cmocka_unit_test(quotes_and_backslashes_are_escaped),
      cmocka_unit_test(what_breaks_a_line_or_moves_a_cursor_is_escaped),
      cmocka_unit_test(broken_utf8_is_shown_as_such),
      cmocka_unit_test(a_long_message_is_cut_to_one_line_of_4_kib),
      cmocka_unit_test(lines_of_threads_do_not_mix),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
