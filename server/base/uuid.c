/* Making, parsing and formatting UUIDs. */
#include "base/uuid.h"
#include "base/clock.h"
#include "base/text.h"
#include <sys/random.h>

enum { RANDOM = 10, STOCK = 24 * RANDOM };

/* Every request has an id: asking the kernel for each was a fiftieth of its time. What was given out is cleared. */
static bool take_random(unsigned char ret_bytes[RANDOM])
{
  static _Thread_local unsigned char stock[STOCK];
  static _Thread_local size_t left;
  if (left == 0 && getrandom(stock, STOCK, 0) != STOCK)
    return false;
  left = left ? left - RANDOM : STOCK - RANDOM;
  memcpy(ret_bytes, stock + left, RANDOM);
  memset(stock + left, 0, RANDOM);
  return true;
}

RESULT uuid_new(struct uuid *ret_uuid)
{
  struct uuid u;
  if (!take_random(u.b + 6))
    return R_UNAVAILABLE;
  int64_t now = clock_now(), milliseconds = now / 1000, fraction = now % 1000 * 4096 / 1000;
  for (int i = 0; i < 6; i++)
    u.b[i] = (unsigned char)(milliseconds >> (40 - 8 * i));
  u.b[6] = (unsigned char)(fraction >> 8 | 0x70);
  u.b[7] = (unsigned char)fraction;
  u.b[8] = (unsigned char)((u.b[8] & 0x3F) | 0x80);
  *ret_uuid = u;
  return R_OK;
}

/* Where the groups of 8-4-4-4-12 begin in the text, and how many characters each has. */
static const struct {
  unsigned char at, length;
} groups[] = {{0, 8}, {9, 4}, {14, 4}, {19, 4}, {24, 12}};

bool uuid_parse(struct str text, struct uuid *ret_uuid)
{
  struct uuid u;
  size_t byte = 0;
  if (text.n != 36)
    return false;
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    if (i > 0 && text.p[groups[i].at - 1] != '-')
      return false;
    if (!text_hex_decode((struct str){text.p + groups[i].at, groups[i].length}, u.b + byte))
      return false;
    byte += groups[i].length / 2u;
  }
  *ret_uuid = u;
  return true;
}

void uuid_format(const struct uuid *u, char ret_text[UUID_TEXT])
{
  size_t byte = 0;
  memset(ret_text, '-', 36);
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    text_hex_encode(u->b + byte, groups[i].length / 2u, ret_text + groups[i].at);
    byte += groups[i].length / 2u;
  }
  ret_text[36] = '\0';
}
