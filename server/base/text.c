/* UTF-8, hex, base64url, base32. Trusts: nothing it is given. */
#include "base/text.h"
#include <stdint.h>

struct utf8_form {
  unsigned char low, high;             /* range of the first byte */
  unsigned char second_low, second_high; /* range of the second */
  unsigned char length;
};

static const struct utf8_form forms[] = {
  {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
  {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
  {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static bool form_holds(const struct utf8_form *f, const unsigned char *p, size_t n)
{
  if (n < f->length || p[1] < f->second_low || p[1] > f->second_high)
    return false;
  for (size_t i = 2; i < f->length; i++)
    if (p[i] < 0x80 || p[i] > 0xBF)
      return false;
  return true;
}

size_t text_utf8_next(struct str s)
{
  const unsigned char *p = (const unsigned char *)s.p;
  if (s.n == 0)
    return 0;
  if (p[0] < 0x80)
    return 1;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (p[0] >= forms[i].low && p[0] <= forms[i].high)
      return form_holds(&forms[i], p, s.n) ? forms[i].length : 0;
  return 0;
}

bool text_utf8_valid(struct str s)
{
  while (s.n > 0) {
    size_t n = text_utf8_next(s);
    if (n == 0)
      return false;
    s = (struct str){s.p + n, s.n - n};
  }
  return true;
}

size_t text_utf8_count(struct str s)
{
  size_t count = 0;
  for (size_t i = 0; i < s.n; i++)
    count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
  return count;
}

void text_hex_encode(const unsigned char *bytes, size_t n, char *ret_text)
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < n; i++) {
    ret_text[2 * i] = digits[bytes[i] >> 4];
    ret_text[2 * i + 1] = digits[bytes[i] & 15];
  }
}

static int hex_value(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool text_hex_decode(struct str text, unsigned char *ret_bytes)
{
  if (text.n % 2)
    return false;
  for (size_t i = 0; i < text.n; i++)
    if (hex_value(text.p[i]) < 0)
      return false;
  for (size_t i = 0; i < text.n / 2; i++)
    ret_bytes[i] = (unsigned char)(hex_value(text.p[2 * i]) << 4 | hex_value(text.p[2 * i + 1]));
  return true;
}

/* Packs n bytes into characters of `bits` bits each. */
static size_t encode_bits(const unsigned char *bytes, size_t n, unsigned bits, const char *alphabet, char *ret_text)
{
  size_t out = 0;
  uint32_t held = 0;
  unsigned count = 0;
  for (size_t i = 0; i < n; i++) {
    held = held << 8 | bytes[i];
    count += 8;
    for (; count >= bits; count -= bits)
      ret_text[out++] = alphabet[held >> (count - bits) & ((1u << bits) - 1)];
  }
  if (count > 0)
    ret_text[out++] = alphabet[held << (bits - count) & ((1u << bits) - 1)];
  return out;
}

#define ALPHABET64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char base64[] = ALPHABET64 "+/", base64url[] = ALPHABET64 "-_";

size_t text_base64_encode(const unsigned char *bytes, size_t n, char *ret_text)
{
  return encode_bits(bytes, n, 6, base64, ret_text);
}

size_t text_base64url_encode(const unsigned char *bytes, size_t n, char *ret_text)
{
  return encode_bits(bytes, n, 6, base64url, ret_text);
}

static int value64(const char *alphabet, char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == alphabet[62] ? 62 : c == alphabet[63] ? 63 : -1;
}

static bool decode64(const char *alphabet, struct str text, size_t room, unsigned char *ret_bytes, size_t *ret_n)
{
  size_t n = text.n / 4 * 3 + (text.n % 4 ? text.n % 4 - 1 : 0);
  if (text.n % 4 == 1 || n > room)
    return false;
  for (size_t i = 0; i < text.n; i++)
    if (value64(alphabet, text.p[i]) < 0)
      return false;
  unsigned spare = text.n % 4 == 2 ? 15 : text.n % 4 == 3 ? 3 : 0;
  if (spare && (unsigned)value64(alphabet, text.p[text.n - 1]) & spare)
    return false;
  uint32_t held = 0;
  unsigned count = 0;
  size_t out = 0;
  for (size_t i = 0; i < text.n; i++) {
    held = held << 6 | (unsigned)value64(alphabet, text.p[i]);
    count += 6;
    if (count >= 8)
      ret_bytes[out++] = (unsigned char)(held >> (count -= 8));
  }
  *ret_n = out;
  return true;
}

bool text_base64_decode(struct str text, size_t room, unsigned char *ret_bytes, size_t *ret_n)
{
  return decode64(base64, text, room, ret_bytes, ret_n);
}

bool text_base64url_decode(struct str text, size_t room, unsigned char *ret_bytes, size_t *ret_n)
{
  return decode64(base64url, text, room, ret_bytes, ret_n);
}

size_t text_base32_encode(const unsigned char *bytes, size_t n, char *ret_text)
{
  return encode_bits(bytes, n, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ret_text);
}
