/* UUIDs: the bits and order of version 7, and the one text form. */
#include "base/uuid.h"
#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdlib.h>

static struct uuid fresh(void)
{
  struct uuid u;
  assert_int_equal(uuid_new(&u), R_OK);
  return u;
}

static int64_t milliseconds_of(const struct uuid *u)
{
  int64_t milliseconds = 0;
  for (size_t i = 0; i < 6; i++)
    milliseconds = milliseconds << 8 | u->b[i];
  return milliseconds;
}

static void a_new_one_has_version_7_and_the_variant_of_rfc_9562(void **state)
{
  (void)state;
  for (int i = 0; i < 1000; i++) {
    struct uuid u = fresh();
    assert_int_equal(u.b[6] >> 4, 7);
    assert_int_equal(u.b[8] >> 6, 2);
  }
}

static void a_new_one_says_when_it_was_made(void **state)
{
  (void)state;
  int64_t before = clock_now() / 1000;
  struct uuid u = fresh();
  int64_t after = clock_now() / 1000;
  assert_in_range(milliseconds_of(&u), before, after);
}

static void later_ones_sort_behind_by_bytes_and_by_text(void **state)
{
  (void)state;
  for (int i = 0; i < 20; i++) {
    struct uuid first = fresh(), second;
    do
      second = fresh();
    while (milliseconds_of(&second) == milliseconds_of(&first));
    char a[UUID_TEXT], b[UUID_TEXT];
    uuid_format(&first, a);
    uuid_format(&second, b);
    assert_true(memcmp(&first, &second, sizeof first) < 0);
    assert_true(strcmp(a, b) < 0);
  }
}

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, sizeof(struct uuid)); }

static void no_two_are_equal_and_every_random_bit_moves(void **state)
{
  (void)state;
  enum { COUNT = 10000 };
  struct uuid *all = calloc(COUNT, sizeof *all);
  unsigned char ones[16] = {0}, zeroes[16] = {0};
  for (size_t i = 0; i < COUNT; i++) {
    all[i] = fresh();
    for (size_t j = 0; j < 16; j++) {
      ones[j] |= all[i].b[j];
      zeroes[j] |= (unsigned char)~all[i].b[j];
    }
  }
  qsort(all, COUNT, sizeof *all, by_bytes);
  for (size_t i = 1; i < COUNT; i++)
    assert_false(uuid_equal(&all[i - 1], &all[i]));
  static const unsigned char random[10] = {0x0F, 0xFF, 0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  for (size_t j = 0; j < 10; j++)
    assert_int_equal(ones[6 + j] & zeroes[6 + j], random[j]);
  free(all);
}

static void text_and_bytes_are_each_others_inverse(void **state)
{
  (void)state;
  struct uuid u, again = fresh();
  char text[UUID_TEXT], upper[UUID_TEXT] = {0};
  assert_true(uuid_parse(STR("00112233-4455-6677-8899-aabbccddeeff"), &u));
  for (size_t i = 0; i < 16; i++)
    assert_int_equal(u.b[i], 0x11 * i);
  uuid_format(&again, text);
  assert_int_equal(strlen(text), 36);
  for (size_t i = 0; i < 36; i++)
    upper[i] = (char)toupper((unsigned char)text[i]);
  assert_true(uuid_parse(str_of(upper), &u) && uuid_equal(&u, &again));
  uuid_format(&u, upper);
  assert_string_equal(upper, text);
}

static void no_other_form_is_read(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "",
      "00112233445566778899aabbccddeeff",
      "{00112233-4455-6677-8899-aabbccddeeff}",
      "urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
      "00112233-4455-6677-8899-aabbccddeef",
      "00112233-4455-6677-8899-aabbccddeeff0",
      " 0112233-4455-6677-8899-aabbccddeeff",
      "00112233-4455-6677-8899-aabbccddeefg",
      "0011223-34455-6677-8899-aabbccddeeff",
      "00112233_4455_6677_8899_aabbccddeeff",
      "00112233-4455-6677-889-9aabbccddeeff",
      "001122334-455-6677-8899-aabbccddeeff",
      "------------------------------------",
  };
  struct uuid u = {{9}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (uuid_parse(str_of(texts[i]), &u))
      fail_msg("accepted %s", texts[i]);
  assert_false(uuid_parse(STR("00112233-4455-6677-8899-aabbccddee\0f"), &u));
  assert_false(uuid_parse(STR_NONE, &u));
  assert_int_equal(u.b[0], 9);
}

static void zero_is_told_from_all_else(void **state)
{
  (void)state;
  struct uuid zero = {{0}}, last = {{[15] = 1}};
  assert_true(uuid_is_zero(&zero));
  assert_false(uuid_is_zero(&last));
  assert_false(uuid_equal(&zero, &last));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_one_has_version_7_and_the_variant_of_rfc_9562),
      cmocka_unit_test(a_new_one_says_when_it_was_made),
      cmocka_unit_test(later_ones_sort_behind_by_bytes_and_by_text),
      cmocka_unit_test(no_two_are_equal_and_every_random_bit_moves),
      cmocka_unit_test(text_and_bytes_are_each_others_inverse),
      cmocka_unit_test(no_other_form_is_read),
      cmocka_unit_test(zero_is_told_from_all_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
