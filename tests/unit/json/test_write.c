/* The writer: commas, escapes, nulls, and that the parser reads back what was written. */
#include "json/parse.h"
#include "json/write.h"
#include "base/uuid.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

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

static void assert_text(struct buf *out, const char *expected)
{
  struct str text = buf_str(out);
  assert_non_null(text.p);
  assert_string_equal(text.p, expected);
}

static void commas_stand_between_values_at_every_level(void **state)
{
  (void)state;
  struct buf out = buf_in(arena, 4096);
  struct json_writer w = json_writer_on(&out);
  json_open(&w, '{');
  json_key(&w, "empty");
  json_open(&w, '[');
  json_close(&w, ']');
  json_key(&w, "list");
  json_open(&w, '[');
  json_put_int(&w, 1);
  json_open(&w, '{');
  json_close(&w, '}');
  json_open(&w, '{');
  json_key(&w, "a");
  json_put_bool(&w, true);
  json_key(&w, "b");
  json_put_bool(&w, false);
  json_close(&w, '}');
  json_put_null(&w);
  json_close(&w, ']');
  json_key(&w, "last");
  json_put_text(&w, STR("x"));
  json_close(&w, '}');
  assert_text(&out, "{\"empty\":[],\"list\":[1,{},{\"a\":true,\"b\":false},null],\"last\":\"x\"}");
}

static void absent_values_are_written_as_null(void **state)
{
  (void)state;
  struct buf out = buf_in(arena, 4096);
  struct json_writer w = json_writer_on(&out);
  json_open(&w, '[');
  json_put_text(&w, STR_NONE);
  json_put_text(&w, STR(""));
  json_put_uuid(&w, NULL);
  json_put_raw(&w, STR_NONE);
  json_put_raw(&w, STR("{\"from\":\"sql\"}"));
  json_put_raw(&w, STR("2"));
  json_close(&w, ']');
  assert_text(&out, "[null,\"\",null,null,{\"from\":\"sql\"},2]");
}

static void numbers_ids_and_times_have_their_wire_form(void **state)
{
  (void)state;
  struct buf out = buf_in(arena, 4096);
  struct json_writer w = json_writer_on(&out);
  struct uuid id = {{0x01, 0x8f, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xff}};
  json_open(&w, '[');
  json_put_int(&w, INT64_MIN);
  json_put_int(&w, INT64_MAX);
  json_put_uuid(&w, &id);
  json_put_time(&w, 0);
  json_close(&w, ']');
  assert_text(&out, "[-9223372036854775808,9223372036854775807,\"018f0000-0000-7000-8000-0000000000ff\","
                    "\"1970-01-01T00:00:00.000000Z\"]");
}

static void keys_and_texts_are_escaped(void **state)
{
  (void)state;
  struct buf out = buf_in(arena, 4096);
  struct json_writer w = json_writer_on(&out);
  json_open(&w, '{');
  json_key(&w, "a\"b");
  json_put_text(&w, STR("\"\\/\b\f\n\r\t\0\x1f\x7f\xC3\xA4\xFF"));
  json_close(&w, '}');
  assert_text(&out, "{\"a\\\"b\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\xC3\xA4\xEF\xBF\xBD\"}");
}

static void a_full_buffer_gives_nothing_at_all(void **state)
{
  (void)state;
  struct buf out = buf_in(arena, 8);
  struct json_writer w = json_writer_on(&out);
  json_open(&w, '[');
  json_put_text(&w, STR("longer than eight"));
  json_close(&w, ']');
  assert_null(buf_str(&out).p);
}

static uint64_t seed = UINT64_C(0x9E3779B97F4A7C15);

static unsigned dice(unsigned sides)
{
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)(seed >> 33) % sides;
}

/* A text of up to 12 characters from what is awkward: quotes, escapes, controls, 2 to 4 byte forms. */
static struct str random_text(void)
{
  static const char *const pieces[] = {"\"",
                                       "\\",
                                       "/",
                                       "\n",
                                       "\x1b",
                                       "\x7f",
                                       "a",
                                       " ",
                                       "\xC2\x80",
                                       "\xE2\x80\xA8",
                                       "\xEF\xBF\xBF",
                                       "\xF4\x8F\xBF\xBF",
                                       "\\u0041",
                                       "{",
                                       "]",
                                       ","};
  struct buf text = buf_in(arena, 256);
  for (unsigned n = dice(12); n > 0; n--)
    buf_put(&text, str_of(pieces[dice(sizeof pieces / sizeof *pieces)]));
  return buf_str(&text);
}

static void write_random(struct json_writer *w, unsigned depth);

static void write_children(struct json_writer *w, unsigned depth, bool keyed)
{
  for (unsigned i = 0, n = dice(5); i < n; i++) {
    char key[16];
    snprintf(key, sizeof key, "k\"%u", i);
    if (keyed)
      json_key(w, key);
    write_random(w, depth + 1);
  }
}

static void write_random(struct json_writer *w, unsigned depth)
{
  bool keyed = dice(2);
  switch (dice(depth < 6 ? 9 : 5)) {
  case 0:
    json_put_null(w);
    return;
  case 1:
    json_put_bool(w, dice(2));
    return;
  case 2:
    json_put_int(w, (int64_t)seed);
    return;
  case 3:
  case 4:
    json_put_text(w, random_text());
    return;
  default:
    json_open(w, keyed ? '{' : '[');
    write_children(w, depth, keyed);
    json_close(w, keyed ? '}' : ']');
  }
}

static void rewrite(struct json_writer *w, const struct json *value);

static void rewrite_container(struct json_writer *w, const struct json *value)
{
  bool object = json_kind(value) == JSON_KIND_OBJECT;
  json_open(w, object ? '{' : '[');
  struct str name;
  const struct json *member;
  for (void *at = NULL; json_each(value, &at, &name, &member);) {
    json_key(w, name.p);
    rewrite(w, member);
  }
  for (size_t i = 0; !object && i < json_count(value); i++)
    rewrite(w, json_at(value, i));
  json_close(w, object ? '}' : ']');
}

static void rewrite(struct json_writer *w, const struct json *value)
{
  int64_t number;
  bool flag;
  if (json_count(value) > 0 || json_kind(value) >= JSON_KIND_ARRAY)
    rewrite_container(w, value);
  else if (json_int(value, &number))
    json_put_int(w, number);
  else if (json_bool(value, &flag))
    json_put_bool(w, flag);
  else
    json_put_text(w, json_str(value));
}

static void what_is_written_is_read_back_byte_for_byte(void **state)
{
  (void)state;
  for (int round = 0; round < 2000; round++) {
    struct arena *own = arena;
    arena = arena_new(16 << 20);
    struct buf first = buf_in(arena, 1 << 20), second = buf_in(arena, 1 << 20);
    struct json_writer w = json_writer_on(&first), again = json_writer_on(&second);
    write_random(&w, 0);
    const struct json *value;
    assert_int_equal(json_parse(buf_str(&first), arena, &value), R_OK);
    rewrite(&again, value);
    assert_string_equal(buf_str(&second).p, buf_str(&first).p);
    assert_true(json_same(buf_str(&first), buf_str(&second)));
    arena_free(&arena);
    arena = own;
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(commas_stand_between_values_at_every_level, begin, end),
      cmocka_unit_test_setup_teardown(absent_values_are_written_as_null, begin, end),
      cmocka_unit_test_setup_teardown(numbers_ids_and_times_have_their_wire_form, begin, end),
      cmocka_unit_test_setup_teardown(keys_and_texts_are_escaped, begin, end),
      cmocka_unit_test_setup_teardown(a_full_buffer_gives_nothing_at_all, begin, end),
      cmocka_unit_test_setup_teardown(what_is_written_is_read_back_byte_for_byte, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
