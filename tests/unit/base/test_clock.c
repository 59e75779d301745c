/* RFC 3339 read and written: leap days, offsets, fractions, and the years at both ends. */
#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

static const char *formatted(int64_t time)
{
  static char text[CLOCK_TEXT];
  clock_format(time, text);
  return text;
}

static int64_t parsed(const char *text)
{
  int64_t time = -77;
  if (!clock_parse(str_of(text), &time))
    fail_msg("refused %s", text);
  return time;
}

static void assert_refused(const char *const *texts, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    int64_t time = -77;
    if (clock_parse(str_of(texts[i]), &time))
      fail_msg("accepted %s", texts[i]);
    assert_int_equal(time, -77);
  }
}

static void the_clocks_go(void **state)
{
  (void)state;
  int64_t before = clock_monotonic(), now = clock_now();
  assert_true(now > parsed("2024-01-01T00:00:00Z"));
  assert_true(clock_monotonic() >= before);
}

static void times_are_written_with_microseconds(void **state)
{
  (void)state;
  assert_string_equal(formatted(0), "1970-01-01T00:00:00.000000Z");
  assert_string_equal(formatted(1), "1970-01-01T00:00:00.000001Z");
  assert_string_equal(formatted(-1), "1969-12-31T23:59:59.999999Z");
  assert_string_equal(formatted(-CLOCK_SECOND), "1969-12-31T23:59:59.000000Z");
  assert_string_equal(formatted(1709164800 * CLOCK_SECOND + 123456), "2024-02-29T00:00:00.123456Z");
}

static void times_outside_four_digits_are_shown_at_the_end(void **state)
{
  (void)state;
  assert_string_equal(formatted(INT64_MAX), "9999-12-31T23:59:59.999999Z");
  assert_string_equal(formatted(INT64_C(253402300800) * CLOCK_SECOND), "9999-12-31T23:59:59.999999Z");
  assert_string_equal(formatted(INT64_MIN), "0000-01-01T00:00:00.000000Z");
}

static void what_is_written_is_read_back(void **state)
{
  (void)state;
  static const char *const texts[] = {"0000-01-01T00:00:00.000000Z", "0000-02-29T12:00:00.000001Z",
                                      "1582-10-10T00:00:00.000000Z", "1900-02-28T23:59:59.999999Z",
                                      "2000-02-29T00:00:00.000000Z", "2038-01-19T03:14:08.000000Z",
                                      "9999-12-31T23:59:59.999999Z"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_string_equal(formatted(parsed(texts[i])), texts[i]);
}

static void offsets_are_taken_away(void **state)
{
  (void)state;
  int64_t noon = parsed("2024-03-10T12:00:00Z");
  assert_int_equal(parsed("2024-03-10T13:30:00+01:30"), noon);
  assert_int_equal(parsed("2024-03-10T04:00:00-08:00"), noon);
  assert_int_equal(parsed("2024-03-10T12:00:00+00:00"), noon);
  assert_int_equal(parsed("2024-03-10T12:00:00-00:00"), noon);
  assert_int_equal(parsed("2024-03-11T11:59:00+23:59"), noon);
  assert_int_equal(parsed("2024-03-09T12:01:00-23:59"), noon);
  assert_int_equal(parsed("2023-12-31T23:00:00-01:00"), parsed("2024-01-01T00:00:00Z"));
  assert_int_equal(parsed("2024-03-01T00:30:00+01:00"), parsed("2024-02-29T23:30:00Z"));
}

static void fractions_are_cut_to_microseconds(void **state)
{
  (void)state;
  assert_int_equal(parsed("1970-01-01T00:00:00.5Z"), 500000);
  assert_int_equal(parsed("1970-01-01T00:00:00.000001Z"), 1);
  assert_int_equal(parsed("1970-01-01T00:00:00.0000019Z"), 1);
  assert_int_equal(parsed("1970-01-01T00:00:00.999999999Z"), 999999);
  assert_int_equal(parsed("1969-12-31T23:59:59.999999Z"), -1);
}

static void letters_have_either_case_and_the_t_may_be_a_space(void **state)
{
  (void)state;
  assert_int_equal(parsed("1970-01-01t00:00:01z"), CLOCK_SECOND);
  assert_int_equal(parsed("1970-01-01 00:00:01Z"), CLOCK_SECOND);
}

static void leap_days_are_those_of_the_calendar(void **state)
{
  (void)state;
  static const char *const others[] = {"2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
                                       "2024-02-30T00:00:00Z"};
  assert_refused(others, sizeof others / sizeof *others);
  assert_int_equal(parsed("2024-03-01T00:00:00Z") - parsed("2024-02-29T00:00:00Z"), 86400 * CLOCK_SECOND);
  assert_int_equal(parsed("2000-03-01T00:00:00Z") - parsed("2000-02-28T00:00:00Z"), 2 * 86400 * CLOCK_SECOND);
  assert_int_equal(parsed("2100-03-01T00:00:00Z") - parsed("2100-02-28T00:00:00Z"), 86400 * CLOCK_SECOND);
}

static void every_day_of_four_centuries_follows_the_one_before(void **state)
{
  (void)state;
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t expected = parsed("1900-01-01T00:00:00Z"), got = 0;
  for (int year = 1900; year < 2300; year++)
    for (int month = 0; month < 12; month++) {
      bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
      int days = lengths[month] + (leap && month == 1);
      for (int day = 1; day <= 32; day++) {
        char text[64];
        snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month + 1, day);
        assert_int_equal(clock_parse(str_of(text), &got), day <= days);
        assert_true(day > days || got == expected);
        expected += day <= days ? 86400 * CLOCK_SECOND : 0;
      }
    }
}

static void what_is_no_date_time_is_refused(void **state)
{
  (void)state;
  static const char *const texts[] = {"",
                                      "2024",
                                      "2024-01-01",
                                      "2024-01-01T00:00:00",
                                      "2024-01-01T00:00Z",
                                      "2024-01-01T00:00:00 Z",
                                      " 2024-01-01T00:00:00Z",
                                      "2024-01-01T00:00:00Z ",
                                      "2024-01-01T00:00:00ZZ",
                                      "2024-00-01T00:00:00Z",
                                      "2024-13-01T00:00:00Z",
                                      "2024-01-00T00:00:00Z",
                                      "2024-01-32T00:00:00Z",
                                      "2024-04-31T00:00:00Z",
                                      "2024-01-01T24:00:00Z",
                                      "2024-01-01T00:60:00Z",
                                      "2016-12-31T23:59:60Z",
                                      "2024-01-01T00:00:00.Z",
                                      "2024-01-01T00:00:00.0000000001Z",
                                      "2024-01-01T00:00:00,5Z",
                                      "2024-01-01T00:00:00.5",
                                      "2024-01-01T00:00:00.-5Z",
                                      "2024-01-01T00:00:00+24:00",
                                      "2024-01-01T00:00:00+00:60",
                                      "2024-01-01T00:00:00+0100",
                                      "2024-01-01T00:00:00+01",
                                      "2024-01-01T00:00:00+1:00",
                                      "2024-01-01T00:00:00+-1:00",
                                      "2024-01-01T00:00:0000:00",
                                      "24-01-01T00:00:00Z",
                                      "02024-01-01T00:00:00Z",
                                      "+2024-01-01T00:00:00Z",
                                      "-024-01-01T00:00:00Z",
                                      "2024-1-01T00:00:00Z",
                                      "2024/01/01T00:00:00Z",
                                      "2024-01-01T00-00-00Z",
                                      "20240101T000000Z",
                                      "2024-W01-1T00:00:00Z",
                                      "2024-01-01X00:00:00Z",
                                      "2024-01-01T 0:00:00Z",
                                      "2024-01-01T00:00:00\xE2\x88\x92"
                                      "01:00",
                                      "now",
                                      "1704067200"};
  assert_refused(texts, sizeof texts / sizeof *texts);
  int64_t time;
  assert_false(clock_parse(STR_NONE, &time));
  assert_false(clock_parse(STR("2024-01-01T00:00:00Z\0"), &time));
  assert_false(clock_parse(STR("2024-01-01\0"
                               "00:00:00Z"),
                           &time));
  assert_false(clock_parse(STR("2024-01-01T00:00:00\0"), &time));
}

static void an_offset_does_not_lead_out_of_the_years(void **state)
{
  (void)state;
  static const char *const texts[] = {"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"};
  assert_refused(texts, 2);
  assert_string_equal(formatted(parsed("0000-01-01T00:01:00+00:01")), "0000-01-01T00:00:00.000000Z");
  assert_string_equal(formatted(parsed("9999-12-31T23:58:59-00:01")), "9999-12-31T23:59:59.000000Z");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_clocks_go),
      cmocka_unit_test(times_are_written_with_microseconds),
      cmocka_unit_test(times_outside_four_digits_are_shown_at_the_end),
      cmocka_unit_test(what_is_written_is_read_back),
      cmocka_unit_test(offsets_are_taken_away),
      cmocka_unit_test(fractions_are_cut_to_microseconds),
      cmocka_unit_test(letters_have_either_case_and_the_t_may_be_a_space),
      cmocka_unit_test(leap_days_are_those_of_the_calendar),
      cmocka_unit_test(every_day_of_four_centuries_follows_the_one_before),
      cmocka_unit_test(what_is_no_date_time_is_refused),
      cmocka_unit_test(an_offset_does_not_lead_out_of_the_years),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
