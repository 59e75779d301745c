/* Any bytes as text: what the parsers of base accept comes back from their writers, nothing is read past the end. */
#include "base/clock.h"
#include "base/text.h"
#include "base/uuid.h"
#include <stdlib.h>

static void must(bool holds)
{
  if (!holds)
    abort();
}

static void base64url(struct str text)
{
  size_t room = text.n, n;
  unsigned char *bytes = malloc(room + 1);
  char *again = malloc(text.n + 4);
  if (text_base64url_decode(text, room, bytes, &n))
    must(n <= room && text_base64url_encode(bytes, n, again) == text.n && (n == 0 || !memcmp(again, text.p, text.n)));
  free(again);
  free(bytes);
}

static void hex(struct str text)
{
  unsigned char *bytes = malloc(text.n / 2 + 1);
  char *again = malloc(text.n + 1);
  if (text_hex_decode(text, bytes)) {
    text_hex_encode(bytes, text.n / 2, again);
    must(str_equal_fold((struct str){again, text.n}, text));
  }
  free(again);
  free(bytes);
}

static void utf8(struct str text)
{
  size_t count = 0;
  struct str rest = text;
  for (size_t n = text_utf8_next(rest); n > 0; n = text_utf8_next(rest), count++)
    rest = (struct str){rest.p + n, rest.n - n};
  must(text_utf8_valid(text) == (rest.n == 0));
  must(rest.n > 0 || text_utf8_count(text) == count);
}

static void moment(struct str text)
{
  int64_t time, again;
  char written[CLOCK_TEXT];
  if (!clock_parse(text, &time))
    return;
  clock_format(time, written);
  must(clock_parse(str_of(written), &again) && again == time);
}

static void identifier(struct str text)
{
  struct uuid uuid;
  char written[UUID_TEXT];
  if (!uuid_parse(text, &uuid))
    return;
  uuid_format(&uuid, written);
  must(str_equal_fold(str_of(written), text));
}

static void number(struct str text)
{
  unsigned long long value;
  if (str_number(text, 1000000, &value))
    must(value <= 1000000);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
  struct str text = {(const char *)data, n};
  base64url(text);
  hex(text);
  utf8(text);
  moment(text);
  identifier(text);
  number(str_trim(text));
  return 0;
}
