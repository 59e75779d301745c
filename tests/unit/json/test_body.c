/* Body tables: every kind, every fault by its code and name, and the three states of a merge patch. */
#include "json/body.h"
#include "base/buf.h"
#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

struct sample {
  struct json_text name;
  struct json_id parent_id;
  struct json_number count;
  struct json_flag enabled;
  struct json_time expires_at;
  struct json_texts emails;
  struct json_raw settings;
  struct json_text kind;
};

BODY(sample_body, "Sample", FIELD(struct sample, name, REQUIRED, 1, 5), FIELD(struct sample, parent_id, NULLABLE, 0, 0),
     FIELD(struct sample, count, OPTIONAL, -1, 10), FIELD(struct sample, enabled, OPTIONAL, 0, 0),
     FIELD(struct sample, expires_at, NULLABLE, 0, 0), FIELD(struct sample, emails, OPTIONAL, 1, 3),
     FIELD(struct sample, settings, OPTIONAL, 0, 0),
     FIELD_CHOICE(struct sample, kind, OPTIONAL, 0, 0, "partner|customer"));

static struct arena *arena;
static struct sample sample;
static struct json_errors errors;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(16 << 20);
  memset(&sample, 0xA5, sizeof sample);
  errors = (struct json_errors){0};
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static enum result decode(const char *text)
{
  errors = (struct json_errors){0};
  return json_decode(str_of(text), &sample_body, arena, &sample, &errors);
}

/* The text has one fault alone. */
static void assert_fault(const char *text, const char *field, const char *code)
{
  if (decode(text) != R_MALFORMED || errors.count != 1)
    fail_msg("%s: %zu errors", text, errors.count);
  assert_string_equal(arena_print(arena, "%.*s", (int)errors.list[0].field.n, errors.list[0].field.p).p, field);
  assert_string_equal(errors.list[0].code, code);
  assert_true(strlen(errors.list[0].message) > 5);
}

static void every_kind_is_taken(void **state)
{
  (void)state;
  assert_int_equal(
      decode("{\"name\":\"\xC3\xA4\xC3\xB6\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\",\"parent_id\":"
             "\"018f0000-0000-7000-8000-0000000000FF\",\"count\":-0,\"enabled\":true,\"expires_at\":"
             "\"1970-01-01T01:00:01+01:00\",\"emails\":[\"a\",\"b\"],\"settings\":[{}],\"kind\":\"customer\"}"),
      R_OK);
  assert_int_equal(sample.name.value.n, 13);
  assert_int_equal(sample.parent_id.value.b[15], 0xFF);
  assert_int_equal(sample.count.value, 0);
  assert_true(sample.enabled.value);
  assert_int_equal(sample.expires_at.value, CLOCK_SECOND);
  assert_int_equal(sample.emails.count, 2);
  assert_true(str_is(sample.emails.value[1], "b"));
  assert_int_equal(json_count(sample.settings.value), 1);
  assert_true(str_is(sample.kind.value, "customer"));
  assert_true(sample.name.present && sample.parent_id.present && sample.count.present && sample.enabled.present);
  assert_true(sample.expires_at.present && sample.emails.present && sample.settings.present && sample.kind.present);
  assert_false(sample.name.null || sample.parent_id.null || sample.expires_at.null || sample.settings.null);
}

static void absent_members_are_zeroed(void **state)
{
  (void)state;
  struct sample zero;
  memset(&zero, 0, sizeof zero);
  assert_int_equal(decode("{\"name\":\"x\"}"), R_OK);
  assert_memory_equal(&sample.parent_id, &zero.parent_id, sizeof zero.parent_id);
  assert_memory_equal(&sample.count, &zero.count, sizeof zero.count);
  assert_memory_equal(&sample.enabled, &zero.enabled, sizeof zero.enabled);
  assert_memory_equal(&sample.expires_at, &zero.expires_at, sizeof zero.expires_at);
  assert_memory_equal(&sample.emails, &zero.emails, sizeof zero.emails);
  assert_memory_equal(&sample.settings, &zero.settings, sizeof zero.settings);
  assert_memory_equal(&sample.kind, &zero.kind, sizeof zero.kind);
}

static void a_merge_patch_tells_null_from_absent(void **state)
{
  (void)state;
  assert_int_equal(decode("{\"name\":\"x\",\"parent_id\":null,\"settings\":null}"), R_OK);
  assert_true(sample.parent_id.present && sample.parent_id.null);
  assert_true(sample.settings.present && sample.settings.null);
  assert_int_equal(json_kind(sample.settings.value), JSON_KIND_NULL);
  assert_false(sample.expires_at.present || sample.expires_at.null);
}

static void null_is_no_value_unless_the_table_says_so(void **state)
{
  (void)state;
  assert_fault("{\"name\":null}", "name", "wrong_type");
  assert_fault("{\"name\":\"x\",\"count\":null}", "count", "wrong_type");
  assert_fault("{\"name\":\"x\",\"enabled\":null}", "enabled", "wrong_type");
  assert_fault("{\"name\":\"x\",\"emails\":null}", "emails", "wrong_type");
  assert_fault("{\"name\":\"x\",\"kind\":null}", "kind", "wrong_type");
}

static void texts_have_their_length_in_code_points(void **state)
{
  (void)state;
  assert_fault("{\"name\":\"\"}", "name", "too_short");
  assert_fault("{\"name\":\"abcdef\"}", "name", "too_long");
  assert_int_equal(decode("{\"name\":\"\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\"}"),
                   R_OK);
  assert_fault("{\"name\":1}", "name", "wrong_type");
  assert_fault("{\"name\":[\"x\"]}", "name", "wrong_type");
  assert_fault("{\"name\":\"x\",\"kind\":\"Partner\"}", "kind", "not_a_choice");
  assert_fault("{\"name\":\"x\",\"kind\":\"\"}", "kind", "not_a_choice");
  assert_fault("{\"name\":\"x\",\"kind\":\"partner|customer\"}", "kind", "not_a_choice");
}

static void texts_hold_nothing_that_breaks_a_line(void **state)
{
  (void)state;
  char text[32];
  for (unsigned c = 1; c < 0xA2; c++) {
    snprintf(text, sizeof text, "{\"name\":\"a\\u%04x\"}", c);
    bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    assert_int_equal(decode(text), control ? R_MALFORMED : c == '"' || c == '\\' ? decode(text) : R_OK);
    if (control)
      assert_fault(text, "name", "malformed");
  }
  assert_fault("{\"name\":\"a\\u2028\"}", "name", "malformed");
  assert_fault("{\"name\":\"\\u2029\"}", "name", "malformed");
  assert_int_equal(decode("{\"name\":\"\\u2027\\u202a\\u20a8\"}"), R_OK);
}

static void numbers_are_whole_and_within_their_limits(void **state)
{
  (void)state;
  static const char *const others[] = {"1.0", "1e0", "\"1\"", "true", "[]", "{}"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_fault(arena_print(arena, "{\"name\":\"x\",\"count\":%s}", others[i]).p, "count", "wrong_type");
  assert_fault("{\"name\":\"x\",\"count\":11}", "count", "out_of_range");
  assert_fault("{\"name\":\"x\",\"count\":-2}", "count", "out_of_range");
  assert_fault("{\"name\":\"x\",\"count\":9223372036854775807}", "count", "out_of_range");
  assert_fault("{\"name\":\"x\",\"count\":9223372036854775808}", "", "malformed");
  assert_fault("{\"name\":\"x\",\"count\":1e309}", "", "malformed");
  assert_int_equal(decode("{\"name\":\"x\",\"count\":-1}"), R_OK);
  assert_int_equal(decode("{\"name\":\"x\",\"count\":10}"), R_OK);
}

static void ids_times_and_flags_keep_their_form(void **state)
{
  (void)state;
  assert_fault("{\"name\":\"x\",\"parent_id\":1}", "parent_id", "wrong_type");
  assert_fault("{\"name\":\"x\",\"parent_id\":\"\"}", "parent_id", "malformed");
  assert_fault("{\"name\":\"x\",\"parent_id\":\"{18f0000-0000-7000-8000-0000000000ff}\"}", "parent_id", "malformed");
  assert_fault("{\"name\":\"x\",\"expires_at\":0}", "expires_at", "wrong_type");
  assert_fault("{\"name\":\"x\",\"expires_at\":\"2023-02-29T00:00:00Z\"}", "expires_at", "malformed");
  assert_fault("{\"name\":\"x\",\"enabled\":1}", "enabled", "wrong_type");
  assert_fault("{\"name\":\"x\",\"enabled\":\"true\"}", "enabled", "wrong_type");
}

static void each_wrong_element_of_a_list_is_named(void **state)
{
  (void)state;
  assert_fault("{\"name\":\"x\",\"emails\":\"a\"}", "emails", "wrong_type");
  assert_fault("{\"name\":\"x\",\"emails\":{\"0\":\"a\"}}", "emails", "wrong_type");
  assert_fault("{\"name\":\"x\",\"emails\":[]}", "emails", "too_short");
  assert_fault("{\"name\":\"x\",\"emails\":[\"a\",\"b\",\"c\",\"d\"]}", "emails", "too_long");
  assert_fault("{\"name\":\"x\",\"emails\":[\"a\",2]}", "emails[1]", "wrong_type");
  assert_int_equal(decode("{\"name\":\"x\",\"emails\":[null,\"ok\",\"\\n\"]}"), R_MALFORMED);
  assert_int_equal(errors.count, 2);
  assert_true(str_is(errors.list[0].field, "emails[0]") && str_is(errors.list[1].field, "emails[2]"));
  char long_text[257 + 1];
  memset(long_text, 'e', 257);
  long_text[257] = '\0';
  assert_fault(arena_print(arena, "{\"name\":\"x\",\"emails\":[\"%s\"]}", long_text).p, "emails[0]", "too_long");
  assert_int_equal(decode(arena_print(arena, "{\"name\":\"x\",\"emails\":[\"%s\"]}", long_text + 1).p), R_OK);
}

static void every_wrong_field_is_named_at_once(void **state)
{
  (void)state;
  assert_int_equal(decode("{\"count\":\"1\",\"nmae\":\"x\",\"enabled\":0,\"\":1,\"kind\":\"provider\"}"), R_MALFORMED);
  static const char *const expected[][2] = {
      {"name", "required"},     {"count", "wrong_type"}, {"enabled", "wrong_type"},
      {"kind", "not_a_choice"}, {"nmae", "unknown"},     {"", "unknown"},
  };
  assert_int_equal(errors.count, 6);
  for (size_t i = 0; i < 6; i++) {
    assert_true(str_is(errors.list[i].field, expected[i][0]));
    assert_string_equal(errors.list[i].code, expected[i][1]);
  }
}

static void at_most_64_errors_are_listed(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 1 << 20);
  buf_put(&b, STR("{\"name\":\"x\""));
  for (int i = 0; i < 1000; i++)
    buf_print(&b, ",\"unknown_%d\":1", i);
  buf_put_char(&b, '}');
  assert_int_equal(decode(buf_str(&b).p), R_MALFORMED);
  assert_int_equal(errors.count, 64);
  assert_true(str_is(errors.list[63].field, "unknown_63"));
}

static void a_long_unknown_name_is_cut_between_characters(void **state)
{
  (void)state;
  struct buf b = buf_in(arena, 1 << 20);
  buf_put(&b, STR("{\"name\":\"x\",\"a"));
  for (int i = 0; i < 1000; i++)
    buf_put(&b, STR("\xE2\x82\xAC"));
  buf_put(&b, STR("\":1}"));
  assert_int_equal(decode(buf_str(&b).p), R_MALFORMED);
  assert_int_equal(errors.list[0].field.n, 1 + 42 * 3);
}

static void the_body_itself_can_be_wrong(void **state)
{
  (void)state;
  assert_fault("", "", "required");
  assert_fault(" ", "", "malformed");
  assert_fault("{\"name\":\"x\"", "", "malformed");
  assert_fault("{\"name\":\"x\",\"name\":\"x\"}", "", "malformed");
  assert_fault("[]", "", "wrong_type");
  assert_fault("null", "", "wrong_type");
  assert_fault("\"name\"", "", "wrong_type");
  assert_int_equal(json_decode(STR_NONE, &sample_body, arena, &sample, &errors), R_MALFORMED);
  assert_string_equal(errors.list[0].code, "required");
}

static void a_full_arena_is_not_the_senders_fault(void **state)
{
  (void)state;
  static const char *const texts[] = {"{\"name\":\"x\",\"emails\":[\"a\",\"b\"]}", "{}", "", "{\"name\":1}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct arena *tiny = arena_new(40);
    errors = (struct json_errors){0};
    assert_int_equal(json_decode(str_of(texts[i]), &sample_body, tiny, &sample, &errors), R_NO_MEMORY);
    assert_null(errors.list);
    arena_free(&tiny);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_kind_is_taken, begin, end),
      cmocka_unit_test_setup_teardown(absent_members_are_zeroed, begin, end),
      cmocka_unit_test_setup_teardown(a_merge_patch_tells_null_from_absent, begin, end),
      cmocka_unit_test_setup_teardown(null_is_no_value_unless_the_table_says_so, begin, end),
      cmocka_unit_test_setup_teardown(texts_have_their_length_in_code_points, begin, end),
      cmocka_unit_test_setup_teardown(texts_hold_nothing_that_breaks_a_line, begin, end),
      cmocka_unit_test_setup_teardown(numbers_are_whole_and_within_their_limits, begin, end),
      cmocka_unit_test_setup_teardown(ids_times_and_flags_keep_their_form, begin, end),
      cmocka_unit_test_setup_teardown(each_wrong_element_of_a_list_is_named, begin, end),
      cmocka_unit_test_setup_teardown(every_wrong_field_is_named_at_once, begin, end),
      cmocka_unit_test_setup_teardown(at_most_64_errors_are_listed, begin, end),
      cmocka_unit_test_setup_teardown(a_long_unknown_name_is_cut_between_characters, begin, end),
      cmocka_unit_test_setup_teardown(the_body_itself_can_be_wrong, begin, end),
      cmocka_unit_test_setup_teardown(a_full_arena_is_not_the_senders_fault, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
