/* Proves that a login name has one key, however it is written, and that what nobody can read is no name. */
#include "authn/name.h"
#include <setjmp.h>
#include <stdarg.h>
#include <utf8proc.h>
#include <cmocka.h>

static struct arena *arena;

static int make_arena(void **state)
{
  (void)state;
  arena = arena_new(1 << 20);
  return arena ? 0 : -1;
}

static int free_arena(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static void key_is(const char *login, const char *expected)
{
  struct str key;
  assert_int_equal(authn_name_normalise(str_of(login), arena, &key), R_OK);
  assert_true(str_is(key, expected));
}

static void refused(struct str login)
{
  struct str key = {"untouched", 9};
  assert_int_equal(authn_name_normalise(login, arena, &key), R_MALFORMED);
  assert_true(str_is(key, "untouched"));
}

static void one_name_written_differently_has_one_key(void **state)
{
  (void)state;
  key_is("alice@example.com", "alice@example.com");
  key_is("  Alice@Example.COM\t", "alice@example.com");
  key_is("\uff21\uff4c\uff49\uff43\uff45", "alice");
  key_is("Ren\u00e9", "ren\u00e9");
  key_is("RENE\u0301", "ren\u00e9");
  key_is("\u00a0stra\u00dfe\u3000", "strasse");
  key_is("\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3");
}

static void an_empty_name_is_refused(void **state)
{
  (void)state;
  refused(STR_NONE);
  refused(STR(""));
  refused(STR("  \t "));
  refused(STR("\u3164")); /* seen as nothing */
}

static void up_to_128_code_points_are_a_name(void **state)
{
  (void)state;
  char name[129 * 4];
  struct str key;
  for (size_t i = 0; i < sizeof name; i += 4)
    memcpy(name + i, "\U00010400", 4);
  assert_int_equal(authn_name_normalise((struct str){name, 128 * 4}, arena, &key), R_OK);
  assert_int_equal(key.n, 128 * 4);
  refused((struct str){name, 129 * 4});
}

static void what_cannot_be_read_is_refused(void **state)
{
  (void)state;
  static const char *const names[] = {
      "al ice",      "al\tice",     "al\nice",     "al\177ice",         "al\xc2\x85ice",   "al\u00a0ice", "al\u2003ice",
      "al\u200bice", "al\u00adice", "al\u202eice", "al\ufeffice",       "al\u2028ice",     "al\ue000ice", "al\u0378ice",
      "al\u1680ice", "al\u00a8ice", "\u200dalice", "al\U000e0041ice",   "al\U0010fffdice", "al\uffffice", "alice\n",
      "al\x80ice",   "\xc3",        "al\xc0\xaf",  "al\xed\xa0\x80ice",
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    refused(str_of(names[i]));
  refused((struct str){"alice\0", 6});
  refused((struct str){"ali\0ce", 6});
}

/* Every code point there is, between two letters: a key is its own key. */
static void to_normalise_again_changes_nothing(void **state)
{
  (void)state;
  size_t names = 0;
  for (int32_t point = 0; point <= 0x10ffff; point++) {
    char name[8] = "a";
    struct str key, again;
    size_t n = 1 + (size_t)utf8proc_encode_char(point, (utf8proc_uint8_t *)name + 1);
    name[n++] = 'b';
    struct arena *one CLEANUP(arena_free) = arena_new(256);
    if (authn_name_normalise((struct str){name, n}, one, &key) != R_OK)
      continue;
    assert_int_equal(authn_name_normalise(key, one, &again), R_OK);
    assert_true(str_equal(key, again));
    names++;
  }
  assert_in_range(names, 100000, 300000);
}

static void without_memory_there_is_no_key(void **state)
{
  (void)state;
  for (size_t limit = 0; limit < 6; limit++) {
    struct arena *little CLEANUP(arena_free) = arena_new(limit);
    struct str key = STR_NONE;
    assert_int_equal(authn_name_normalise(STR("alice"), little, &key), R_NO_MEMORY);
    assert_null(key.p);
  }
}

static void a_display_name_keeps_its_spaces(void **state)
{
  (void)state;
  struct str key;
  assert_int_equal(authn_name_fold(STR("  K\xc3\x84SE  \xef\xbc\xa1 "), arena, &key), R_OK);
  assert_true(str_is(key, "k\xc3\xa4se  a"));
  assert_int_equal(authn_name_fold(STR(" \t "), arena, &key), R_MALFORMED);
  assert_int_equal(authn_name_fold(STR(""), arena, &key), R_MALFORMED);
  assert_int_equal(authn_name_fold(STR("\xff"), arena, &key), R_MALFORMED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_name_written_differently_has_one_key), cmocka_unit_test(an_empty_name_is_refused),
      cmocka_unit_test(up_to_128_code_points_are_a_name),         cmocka_unit_test(what_cannot_be_read_is_refused),
      cmocka_unit_test(to_normalise_again_changes_nothing),       cmocka_unit_test(without_memory_there_is_no_key),
      cmocka_unit_test(a_display_name_keeps_its_spaces),
  };
  return cmocka_run_group_tests(tests, make_arena, free_arena);
}
