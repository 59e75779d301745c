/* The parser: what it refuses, what it tells apart, and that it leaves no trace of a password. */
#include "json/parse.h"
#include "base/buf.h"
#include "base/secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(64 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static enum result outcome(struct str text)
{
  const struct json *value = NULL;
  enum result r = json_parse(text, arena, &value);
  assert_int_equal(value != NULL, r == R_OK);
  return r;
}

static const struct json *parsed(const char *text)
{
  const struct json *value;
  assert_int_equal(json_parse(str_of(text), arena, &value), R_OK);
  return value;
}

/* depth brackets, closed again. */
static struct str nested(size_t depth, const char *open, const char *close)
{
  struct buf b = buf_in(arena, 16 << 20);
  for (size_t i = 0; i < depth; i++)
    buf_put(&b, str_of(open));
  buf_put(&b, STR("1"));
  for (size_t i = 0; i < depth; i++)
    buf_put(&b, str_of(close));
  return buf_str(&b);
}

static void depth_32_is_read_and_33_refused(void **state)
{
  (void)state;
  assert_int_equal(outcome(nested(32, "[", "]")), R_OK);
  assert_int_equal(outcome(nested(33, "[", "]")), R_MALFORMED);
  assert_int_equal(outcome(nested(32, "{\"a\":", "}")), R_OK);
  assert_int_equal(outcome(nested(33, "{\"a\":", "}")), R_MALFORMED);
  assert_int_equal(outcome(nested(17, "[{\"a\":", "}]")), R_MALFORMED);
}

static void depth_200000_is_refused_without_a_crash(void **state)
{
  (void)state;
  assert_int_equal(outcome(nested(200000, "[", "]")), R_MALFORMED);
  assert_int_equal(outcome(nested(200000, "{\"a\":", "}")), R_MALFORMED);
  assert_int_equal(outcome(nested(200000, "[", "")), R_MALFORMED);
}

static void brackets_in_strings_are_no_depth(void **state)
{
  (void)state;
  assert_int_equal(
      outcome(STR("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\", \"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]")),
      R_OK);
  assert_int_equal(outcome(STR("[\"\\\\\", [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")),
                   R_MALFORMED);
  assert_int_equal(outcome(STR("]]]]]]]]]]]]]]]][[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")),
                   R_MALFORMED);
}

static void too_many_values_are_too_large(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 1 << 20);
  buf_put_char(&b, '[');
  for (int i = 0; i < 65536; i++)
    buf_put(&b, STR("1,"));
  buf_put(&b, STR("1]"));
  assert_int_equal(outcome(buf_str(&b)), R_TOO_LARGE);
  b.p[b.n - 3] = ' ';
  b.p[b.n - 2] = ' ';
  assert_int_equal(outcome(buf_str(&b)), R_OK);
}

static void a_key_given_twice_is_refused(void **state)
{
  (void)state;
  assert_int_equal(outcome(STR("{\"a\":1,\"a\":1}")), R_MALFORMED);
  assert_int_equal(outcome(STR("{\"a\":1,\"\\u0061\":2}")), R_MALFORMED);
  assert_int_equal(outcome(STR("{\"x\":{\"\":1,\"\":2}}")), R_MALFORMED);
  assert_int_equal(outcome(STR("{\"a\":1,\"A\":2}")), R_OK);
  assert_int_equal(outcome(STR("[{\"a\":1},{\"a\":1}]")), R_OK);
}

static void what_is_not_one_json_value_is_refused(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "",
      " ",
      "\n",
      "{",
      "[",
      "\"",
      "]",
      "{]",
      "[1,]",
      "{\"a\":1,}",
      "{a:1}",
      "{'a':1}",
      "1 2",
      "{} {}",
      "[1]x",
      "nul",
      "True",
      "NaN",
      "Infinity",
      "-",
      "+1",
      "01",
      "-01",
      "1.",
      ".5",
      "1e",
      "0x10",
      "1_000",
      "// c\n1",
      "/* c */ 1",
      "\"\t\"",
      "\"\\x41\"",
      "\"\\u00\"",
      "\"\\u00g0\"",
      "\xEF\xBB\xBF{}",
      "9223372036854775808",
      "-9223372036854775809",
      "1e309",
      "-1e309",
      "1e999999999999999999999",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (outcome(str_of(texts[i])) != R_MALFORMED)
      fail_msg("accepted: %s", texts[i]);
  assert_int_equal(outcome(STR_NONE), R_MALFORMED);
  assert_int_equal(outcome(STR("1\0")), R_MALFORMED);
  assert_int_equal(outcome(STR("{}\0{\"hidden\":1}")), R_MALFORMED);
  assert_int_equal(outcome(STR("\"a\0b\"")), R_MALFORMED);
}

static void strings_hold_well_formed_utf8_only(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "\"\\u0000\"",
      "\"\\ud800\"",
      "\"\\udc00\"",
      "\"\\ud800\\ud800\"",
      "\"\\ud800x\"",
      "\"\\udc00\\ud800\"",
      "{\"\\u0000\":1}",
      "\"\x80\"",
      "\"\xBF\"",
      "\"\xC0\x80\"",
      "\"\xC1\xBF\"",
      "\"\xC3\"",
      "\"\xE0\x80\x80\"",
      "\"\xE0\x9F\xBF\"",
      "\"\xED\xA0\x80\"",
      "\"\xED\xBF\xBF\"",
      "\"\xED\xA0\xBD\xED\xB8\x80\"",
      "\"\xE2\x82\"",
      "\"\xF0\x80\x80\x80\"",
      "\"\xF0\x8F\xBF\xBF\"",
      "\"\xF4\x90\x80\x80\"",
      "\"\xF5\x80\x80\x80\"",
      "\"\xFE\"",
      "\"\xFF\"",
      "{\"\xFF\":1}",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (outcome(str_of(texts[i])) != R_MALFORMED)
      fail_msg("accepted text %zu", i);
  assert_string_equal(json_str(parsed("\"\\ud83d\\ude00\\u00e4\"")).p, "\xF0\x9F\x98\x80\xC3\xA4");
  assert_string_equal(json_str(parsed("\"\xF4\x8F\xBF\xBF\xEE\x80\x80\"")).p, "\xF4\x8F\xBF\xBF\xEE\x80\x80");
}

static void only_integers_are_integers(void **state)
{
  (void)state;
  static const char *const others[] = {"1.0", "1e3", "1E0", "-0.0", "\"1\"", "true", "null", "[1]", "{\"a\":1}"};
  int64_t number = 7;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_false(json_int(parsed(others[i]), &number));
  assert_int_equal(number, 7);
  assert_true(json_int(parsed("-0"), &number));
  assert_int_equal(number, 0);
  assert_true(json_int(parsed("9223372036854775807"), &number) && number == INT64_MAX);
  assert_true(json_int(parsed("-9223372036854775808"), &number) && number == INT64_MIN);
}

static void only_true_and_false_are_flags(void **state)
{
  (void)state;
  static const char *const others[] = {"1", "0", "\"true\"", "null", "[]", "{}"};
  bool flag = true;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_false(json_bool(parsed(others[i]), &flag));
  assert_true(flag);
  assert_true(json_bool(parsed("false"), &flag));
  assert_false(flag);
}

static void every_kind_is_told(void **state)
{
  (void)state;
  assert_int_equal(json_kind(parsed("null")), JSON_KIND_NULL);
  assert_int_equal(json_kind(parsed("true")), JSON_KIND_BOOL);
  assert_int_equal(json_kind(parsed("false")), JSON_KIND_BOOL);
  assert_int_equal(json_kind(parsed("1")), JSON_KIND_INTEGER);
  assert_int_equal(json_kind(parsed("1.5")), JSON_KIND_REAL);
  assert_int_equal(json_kind(parsed("\"\"")), JSON_KIND_STRING);
  assert_int_equal(json_kind(parsed("[]")), JSON_KIND_ARRAY);
  assert_int_equal(json_kind(parsed("{}")), JSON_KIND_OBJECT);
}

static void asking_the_wrong_kind_gives_nothing(void **state)
{
  (void)state;
  const struct json *list = parsed("[1,2]"), *object = parsed("{\"a\":[true]}"), *text = parsed("\"a\"");
  assert_null(json_member(list, "a"));
  assert_null(json_member(text, "a"));
  assert_null(json_member(object, "b"));
  assert_null(json_member(NULL, "a"));
  assert_null(json_at(list, 2));
  assert_null(json_at(object, 0));
  assert_null(json_str(list).p);
  assert_null(json_str(NULL).p);
  assert_int_equal(json_kind(NULL), JSON_KIND_NULL);
  assert_int_equal(json_count(text), 0);
  assert_int_equal(json_count(list), 2);
  assert_int_equal(json_count(object), 1);
  assert_int_equal(json_count(json_member(object, "a")), 1);
}

static void members_come_in_the_order_of_the_text(void **state)
{
  (void)state;
  const struct json *object = parsed("{\"z\":0,\"a\":1,\"m\":2}"), *value;
  static const char *const names[] = {"z", "a", "m"};
  struct str name;
  int64_t i = 0, number;
  for (void *at = NULL; json_each(object, &at, &name, &value); i++) {
    assert_true(str_is(name, names[i]));
    assert_true(json_int(value, &number) && number == i);
  }
  assert_int_equal(i, 3);
  void *at = NULL;
  assert_false(json_each(parsed("[1]"), &at, &name, &value));
}

static void the_order_of_members_does_not_make_a_value_another(void **state)
{
  (void)state;
  assert_true(json_same(STR("{\"a\":1,\"b\":[1,{\"c\":null}]}"), STR(" { \"b\" : [1, {\"c\":null}], \"\\u0061\":1}")));
  assert_true(json_same(STR("\"\\u00e4\""), STR("\"\xC3\xA4\"")));
  assert_false(json_same(STR("[1,2]"), STR("[2,1]")));
  assert_false(json_same(STR("{\"a\":1}"), STR("{\"a\":1,\"b\":null}")));
  assert_false(json_same(STR("{\"a\":1,\"b\":null}"), STR("{\"a\":1}")));
  assert_false(json_same(STR("1"), STR("1.0")));
  assert_false(json_same(STR("1"), STR("\"1\"")));
  assert_false(json_same(STR("0"), STR("false")));
}

static void what_is_not_json_is_the_same_as_nothing(void **state)
{
  (void)state;
  assert_false(json_same(STR("{"), STR("{")));
  assert_false(json_same(STR(""), STR("")));
  assert_false(json_same(STR("1"), STR("")));
}

static void a_full_arena_is_no_malformed_text(void **state)
{
  (void)state;
  struct arena *tiny = arena_new(1);
  const struct json *value = NULL;
  assert_int_equal(json_parse(STR("[1]"), tiny, &value), R_NO_MEMORY);
  assert_null(value);
  arena_free(&tiny);
}

static void *parse_often(void *ignored)
{
  (void)ignored;
  for (int i = 0; i < 500; i++) {
    struct arena *own = arena_new(1 << 16);
    const struct json *value;
    if (json_parse(STR("{\"a\":[1,\"b\",{\"c\":null}]}"), own, &value) != R_OK)
      return own;
    arena_free(&own);
  }
  return NULL;
}

static void threads_may_be_the_first_to_parse_at_once(void **state)
{
  (void)state;
  pthread_t threads[4];
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, parse_often, NULL), 0);
  for (size_t i = 0; i < 4; i++) {
    void *failed = &threads;
    assert_int_equal(pthread_join(threads[i], &failed), 0);
    assert_null(failed);
  }
}

enum { MARK = 24, MASK = 0x5A };
static unsigned char masked_mark[MARK]; /* masked, so that it is not found itself */

/* It reads what no other code may, and a great deal of it: without sanitizers. */
__attribute__((no_sanitize("address,undefined"), noinline)) static size_t marks_between(const unsigned char *at,
                                                                                        const unsigned char *until)
{
  size_t found = 0;
  const unsigned char first = masked_mark[0] ^ MASK;
  for (; at + MARK <= until; at++) {
    if (*at != first)
      continue;
    size_t n = 1;
    while (n < MARK && (at[n] ^ MASK) == masked_mark[n])
      n++;
    found += n == MARK;
  }
  return found;
}

/* How often the mark stands in the memory of this process, freed pieces and dead stack frames included. The huge
   regions passed over are address sanitizer's shadow. */
static size_t marks_in_memory(void)
{
  size_t found = 0;
  char line[512];
  FILE *maps = fopen("/proc/self/maps", "r");
  assert_non_null(maps);
  while (fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char mode[5];
    if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) == 3 && strncmp(mode, "rw", 2) == 0 && to - from < 1ul << 30)
      found += marks_between((const unsigned char *)from, (const unsigned char *)to);
  }
  fclose(maps);
  return found;
}

/* Puts `before`, the mark and `after` into `text`. */
static struct str marked(char *text, const char *before, const char *after)
{
  size_t n = strlen(before);
  memcpy(text, before, n);
  for (size_t i = 0; i < MARK; i++)
    text[n + i] = (char)(masked_mark[i] ^ MASK);
  memcpy(text + n + MARK, after, strlen(after));
  return (struct str){text, n + MARK + strlen(after)};
}

static void a_password_is_gone_when_the_arena_is(void **state)
{
  (void)state;
  static const char *const around[][2] = {
      {"{\"password\":\"", "\"}"},
      {"{\"password\":\"", "\", broken"},
      {"{\"password\":\"", "\",\"password\":1}"},
      {"[\"\\u00e4", "\"]"},
      {"{\"", "\":1}"},
      {"\"", ""},
      {"[", "]"},
  };
  for (unsigned char i = 0; i < MARK; i++)
    masked_mark[i] = (unsigned char)(('A' + i) ^ MASK);
  for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
    char *text = malloc(128);
    struct arena *own = arena_new(1 << 16);
    const struct json *value = NULL;
    struct str body = marked(text, around[i][0], around[i][1]);
    enum result r = json_parse(body, own, &value);
    assert_true(marks_in_memory() >= (r == R_OK ? 2 : 1));
    arena_free(&own);
    assert_int_equal(json_same(body, body), r == R_OK);
    secret_wipe(text, 128);
    free(text);
    assert_int_equal(marks_in_memory(), 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_may_be_the_first_to_parse_at_once),
      cmocka_unit_test_setup_teardown(depth_32_is_read_and_33_refused, begin, end),
      cmocka_unit_test_setup_teardown(depth_200000_is_refused_without_a_crash, begin, end),
      cmocka_unit_test_setup_teardown(brackets_in_strings_are_no_depth, begin, end),
      cmocka_unit_test_setup_teardown(too_many_values_are_too_large, begin, end),
      cmocka_unit_test_setup_teardown(a_key_given_twice_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(what_is_not_one_json_value_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(strings_hold_well_formed_utf8_only, begin, end),
      cmocka_unit_test_setup_teardown(only_integers_are_integers, begin, end),
      cmocka_unit_test_setup_teardown(only_true_and_false_are_flags, begin, end),
      cmocka_unit_test_setup_teardown(every_kind_is_told, begin, end),
      cmocka_unit_test_setup_teardown(asking_the_wrong_kind_gives_nothing, begin, end),
      cmocka_unit_test_setup_teardown(members_come_in_the_order_of_the_text, begin, end),
      cmocka_unit_test_setup_teardown(the_order_of_members_does_not_make_a_value_another, begin, end),
      cmocka_unit_test(what_is_not_json_is_the_same_as_nothing),
      cmocka_unit_test(a_full_arena_is_no_malformed_text),
      cmocka_unit_test(a_password_is_gone_when_the_arena_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
