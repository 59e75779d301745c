/* The framing guard over sections laid out as libmicrohttpd leaves them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/guard.h"

/* A request's header section, and what the library would tell of it: '~' stands for a separator overwritten by NUL,
   '^' for a NUL that was sent. Each header told is "name=value" found behind the one before. */
struct section {
  const char *bytes;
  const char *headers[4][2];
};

static struct http_guard guard;
static char memory[512];

static char *find(char *from, const char *text)
{
  size_t n = strlen(text);
  for (char *at = from; at + n <= memory + sizeof memory; at++)
    if (memcmp(at, text, n) == 0)
      return at;
  fail_msg("%s is not in the section", text);
  return NULL;
}

static enum result judge(const struct section *section)
{
  size_t size = strlen(section->bytes);
  for (size_t i = 0; i < size; i++)
    memory[i] = section->bytes[i] == '~' || section->bytes[i] == '^' ? '\0' : section->bytes[i];
  memset(memory + size, 0, sizeof memory - size);
  char *target = memory + strlen(memory) + 1;
  char *at = target + strlen(target) + 1;
  /* The library steps over spaces in front of the target. */
  http_guard_line(&guard, str_of(memory), strlen(target + strspn(target, " ")), at, size);
  for (size_t i = 0; section->headers[i][0]; i++) {
    char *name = find(at, section->headers[i][0]);
    at = find(name + strlen(section->headers[i][0]), section->headers[i][1]);
    http_guard_header(&guard, (struct str){name, strlen(section->headers[i][0])},
                      (struct str){at, strlen(section->headers[i][1])});
  }
  return http_guard_end(&guard);
}

static void a_section_of_which_every_byte_is_known_passes(void **state)
{
  (void)state;
  static const struct section rows[] = {
      {"GET~/a~HTTP/1.1~~Host~ h~~~~", {{"Host", "h"}}},
      {"GET~/a~HTTP/1.0~~~~", {{NULL}}},
      {"POST~/a~HTTP/1.1~~Host~h~~Content-Length~ \t 12~~X~v \xC3 \t~~~~",
       {{"Host", "h"}, {"Content-Length", "12"}, {"X", "v \xC3 \t"}}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(judge(&rows[i]), R_OK);
  assert_int_equal(guard.length, 12);
}

static void a_byte_that_is_not_accounted_for_breaks_it(void **state)
{
  (void)state;
  static const struct section rows[] = {
      {"GET~/a~HTTP/1.1~Host~ h~~~~", {{"Host", "h"}}},                      /* LF behind the line */
      {"GET~/a~HTTP/1.1~~Host~ h~X~ v~~~~", {{"Host", "h"}, {"X", "v"}}},    /* LF behind a header */
      {"GET~/a~HTTP/1.1~~Host~ h~~~", {{"Host", "h"}}},                      /* LF at the end */
      {"GET~/a~HTTP/1.1~~Host~ h~~X~ v^w~~~~", {{"Host", "h"}, {"X", "v"}}}, /* NUL in a value */
      {"GET~/a~HTTP/1.1~~Host~ h~~X~ v~~ fold~~~~", {{"Host", "h"}, {"X", "v"}}},
      {"GET~ /a~HTTP/1.1~~Host~ h~~~~", {{"Host", "h"}}},      /* two spaces */
      {"GET~/a~HTTP/1.1 ~~Host~ h~~~~", {{"Host", "h"}}},      /* a space at the end */
      {"GET~/a^b~HTTP/1.1~~Host~ h~~~~", {{"Host", "h"}}},     /* NUL in the target */
      {"GET~/a~HTTP/1.1~~Host~ h~~X~ v~~~~", {{"Host", "h"}}}, /* a header not told of */
      {"GET~/a~HTTP/1.9~~Host~ h~~~~", {{"Host", "h"}}},
      {"GET~/a~HTTP/1.1~~Host ~ h~~~~", {{"Host ", "h"}}},
      {"GET~/a~HTTP/1.1~~Host~ h~~X~ a\rb~~~~", {{"Host", "h"}, {"X", "a\rb"}}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(judge(&rows[i]), R_BAD_FRAMING);
}

static void a_header_that_decides_comes_once(void **state)
{
  (void)state;
  static const struct section rows[] = {
      {"GET~/a~HTTP/1.1~~X~ h~~~~", {{"X", "h"}}},
      {"GET~/a~HTTP/1.1~~Host~ h~~host~ h~~~~", {{"Host", "h"}, {"host", "h"}}},
      {"PUT~/a~HTTP/1.1~~Host~ h~~Content-Length~ 1~~Content-Length~ 1~~~~",
       {{"Host", "h"}, {"Content-Length", "1"}, {"Content-Length", "1"}}},
      {"PUT~/a~HTTP/1.1~~Host~ h~~Content-Length~ 1~~Transfer-Encoding~ chunked~~~~",
       {{"Host", "h"}, {"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}}},
      {"PUT~/a~HTTP/1.1~~Host~ h~~Content-Length~ 1 1~~~~", {{"Host", "h"}, {"Content-Length", "1 1"}}},
      {"GET~/a~HTTP/1.1~~Host~ h~~Content-Length~ 1~~~~", {{"Host", "h"}, {"Content-Length", "1"}}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(judge(&rows[i]), R_BAD_FRAMING);
}

static void chunks_are_asked_for_a_length(void **state)
{
  (void)state;
  static const struct section chunked = {"PUT~/a~HTTP/1.1~~Host~ h~~Transfer-Encoding~ Chunked~~~~",
                                         {{"Host", "h"}, {"Transfer-Encoding", "Chunked"}}};
  assert_int_equal(judge(&chunked), R_LENGTH_REQUIRED);
}

static void a_target_is_visible_ascii(void **state)
{
  (void)state;
  assert_true(http_guard_target(STR("/a?b=%20")));
  assert_false(http_guard_target(STR("")));
  assert_false(http_guard_target(STR("/a b")));
  assert_false(http_guard_target(STR("/a\x7f")));
  assert_false(http_guard_target(STR("/\xC3\xA4")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_section_of_which_every_byte_is_known_passes),
      cmocka_unit_test(a_byte_that_is_not_accounted_for_breaks_it),
      cmocka_unit_test(a_header_that_decides_comes_once),
      cmocka_unit_test(chunks_are_asked_for_a_length),
      cmocka_unit_test(a_target_is_visible_ascii),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
