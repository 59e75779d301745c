/* Reading the clocks and RFC 3339. Trusts: no text it parses. */
#include "base/clock.h"
#include <stdio.h>
#include <time.h>

/* The years 0000 to 9999, which four digits can say. */
#define FIRST (INT64_C(-62167219200) * CLOCK_SECOND)
#define LAST (INT64_C(253402300800) * CLOCK_SECOND - 1)

static int64_t microseconds(clockid_t id)
{
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

int64_t clock_now(void) { return microseconds(CLOCK_REALTIME); }

int64_t clock_monotonic(void) { return microseconds(CLOCK_MONOTONIC); }

void clock_format(int64_t time, char ret_text[CLOCK_TEXT])
{
  time = time < FIRST ? FIRST : time > LAST ? LAST : time;
  int64_t fraction = time % CLOCK_SECOND;
  time_t seconds = (time_t)(time / CLOCK_SECOND);
  if (fraction < 0) {
    fraction += CLOCK_SECOND;
    seconds--;
  }
  struct tm t = {0};
  gmtime_r(&seconds, &t);
  snprintf(ret_text, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", (unsigned)(t.tm_year + 1900) % 10000u,
           (unsigned)(t.tm_mon + 1) % 100u, (unsigned)t.tm_mday % 100u, (unsigned)t.tm_hour % 100u,
           (unsigned)t.tm_min % 100u, (unsigned)t.tm_sec % 100u, (unsigned)fraction % 1000000u);
}

/* n digits at the start of *rest as a number, or -1. */
static int digits(struct str *rest, size_t n)
{
  int value = 0;
  if (rest->n < n)
    return -1;
  for (size_t i = 0; i < n; i++) {
    if (rest->p[i] < '0' || rest->p[i] > '9')
      return -1;
    value = value * 10 + (rest->p[i] - '0');
  }
  *rest = (struct str){rest->p + n, rest->n - n};
  return value;
}

static bool eat(struct str *rest, const char *any)
{
  if (rest->n == 0 || !strchr(any, rest->p[0]) || rest->p[0] == '\0')
    return false;
  *rest = (struct str){rest->p + 1, rest->n - 1};
  return true;
}

static bool parse_date(struct str *rest, struct tm *ret)
{
  ret->tm_year = digits(rest, 4) - 1900;
  if (ret->tm_year < -1900 || !eat(rest, "-"))
    return false;
  ret->tm_mon = digits(rest, 2) - 1;
  if (!eat(rest, "-"))
    return false;
  ret->tm_mday = digits(rest, 2);
  return ret->tm_mon >= 0 && ret->tm_mon < 12 && ret->tm_mday >= 1 && ret->tm_mday <= 31;
}

static bool parse_clock(struct str *rest, struct tm *ret)
{
  ret->tm_hour = digits(rest, 2);
  if (!eat(rest, ":"))
    return false;
  ret->tm_min = digits(rest, 2);
  if (!eat(rest, ":"))
    return false;
  ret->tm_sec = digits(rest, 2);
  return ret->tm_hour >= 0 && ret->tm_hour < 24 && ret->tm_min >= 0 && ret->tm_min < 60 && ret->tm_sec >= 0 &&
         ret->tm_sec < 60;
}

static bool parse_fraction(struct str *rest, int64_t *ret_fraction)
{
  int64_t fraction = 0, unit = CLOCK_SECOND / 10;
  int count = 0;
  for (int digit; count < 9 && (digit = digits(rest, 1)) >= 0; count++, unit /= 10)
    fraction += digit * unit;
  *ret_fraction = fraction;
  return count > 0;
}

static bool parse_offset(struct str *rest, int64_t *ret_seconds)
{
  if (eat(rest, "Zz")) {
    *ret_seconds = 0;
    return true;
  }
  int sign = eat(rest, "+") ? 1 : eat(rest, "-") ? -1 : 0;
  int hours = digits(rest, 2);
  if (sign == 0 || hours < 0 || hours > 23 || !eat(rest, ":"))
    return false;
  int minutes = digits(rest, 2);
  if (minutes < 0 || minutes > 59)
    return false;
  *ret_seconds = sign * (hours * 3600 + minutes * 60);
  return true;
}

bool clock_parse(struct str text, int64_t *ret_time)
{
  struct tm t = {0};
  int64_t fraction = 0, offset = 0;
  if (!parse_date(&text, &t) || !eat(&text, "Tt ") || !parse_clock(&text, &t))
    return false;
  if (eat(&text, ".") && !parse_fraction(&text, &fraction))
    return false;
  if (!parse_offset(&text, &offset) || text.n != 0)
    return false;
  int day = t.tm_mday;
  int64_t seconds = timegm(&t);
  if (t.tm_mday != day)
    return false;
  int64_t time = (seconds - offset) * CLOCK_SECOND + fraction;
  if (time < FIRST || time > LAST)
    return false;
  *ret_time = time;
  return true;
}
