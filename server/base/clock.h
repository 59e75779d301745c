/* The time: UTC for what is stored, monotonic for what is measured. */
#pragma once
#include "base/str.h"
#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000)

/* Microseconds since 1970-01-01 UTC. */
int64_t clock_now(void);

/* Microseconds that only go forward, from an unnamed start. */
int64_t clock_monotonic(void);

/* RFC 3339 with microseconds and Z: 27 characters and a NUL. What lies outside the years 0000 to 9999 of UTC is
   shown as the nearest moment inside. */
enum { CLOCK_TEXT = 28 };
void clock_format(int64_t time, char ret_text[CLOCK_TEXT]);

/* RFC 3339 date-time with any offset, up to 9 fraction digits (cut to microseconds); false when it is not one, when it
   lies outside those years, and for a leap second (:60), which microseconds since 1970 cannot tell from the next. */
bool clock_parse(struct str text, int64_t *ret_time);
