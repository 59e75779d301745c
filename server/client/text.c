/* Looks at each character before it reaches a terminal. Trusts: nothing. */
#define _XOPEN_SOURCE 700
#include "client/text.h"
#include "base/text.h"
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <wchar.h>

static const uint32_t replacement = 0xFFFD;

/* Cuts the first character off; what is no UTF-8 goes byte by byte. */
static uint32_t cut(struct str *rest, struct str *ret_bytes)
{
  static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  size_t n = text_utf8_next(*rest);
  uint32_t point = n ? (unsigned char)rest->p[0] & masks[n] : replacement;
  for (size_t i = 1; i < n; i++)
    point = point << 6 | ((unsigned char)rest->p[i] & 0x3F);
  size_t taken = n ? n : 1;
  *ret_bytes = n ? (struct str){rest->p, n} : STR("\xEF\xBF\xBD");
  *rest = (struct str){rest->p + taken, rest->n - taken};
  return point;
}

static bool is_command(uint32_t point)
{
  static const uint32_t ranges[][2] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F},
                                       {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (point >= ranges[i][0] && point <= ranges[i][1])
      return true;
  return false;
}

void client_text_put(struct buf *out, struct str text)
{
  struct str bytes;
  while (text.n > 0)
    buf_put(out, is_command(cut(&text, &bytes)) ? STR("\xEF\xBF\xBD") : bytes);
}

void client_text_put_json(struct buf *out, struct str json)
{
  struct str bytes;
  while (json.n > 0) {
    uint32_t point = cut(&json, &bytes);
    if (point < 0x20)
      buf_put_char(out, ' ');
    else if (is_command(point))
      buf_print(out, "\\u%04x", point);
    else
      buf_put(out, bytes);
  }
}

size_t client_text_columns(struct str text)
{
  struct str bytes;
  size_t columns = 0;
  while (text.n > 0) {
    uint32_t point = cut(&text, &bytes);
    int width = is_command(point) ? 1 : wcwidth((wchar_t)point);
    columns += width < 0 ? 1 : (size_t)width;
  }
  return columns;
}

bool client_text_open(void)
{
  setlocale(LC_CTYPE, "");
  bool unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  setlocale(LC_CTYPE, "C.UTF-8");
  return unicode;
}
