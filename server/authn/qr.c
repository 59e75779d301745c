/* Draws what libqrencode lays out. Trusts: the text, which the service made; the code holds whatever secret is in it.
 */
#include "authn/qr.h"
#include "base/buf.h"
#include "base/secret.h"
#include <errno.h>
#include <qrencode.h>

enum { QUIET = 4, SVG_MOST = 256 * 1024, DARK = 1 };

static void code_free(QRcode **code)
{
  if (*code)
    secret_wipe((*code)->data, (size_t)(*code)->width * (size_t)(*code)->width);
  QRcode_free(*code);
}

/* Dark modules that stand beside each other in a row are one rectangle. */
static void put_row(struct buf *svg, const QRcode *code, int y)
{
  const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
  for (int x = 0, end; x < code->width; x = end) {
    for (end = x; end < code->width && (row[end] & DARK); end++)
      continue;
    if (end > x)
      buf_print(svg, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x);
    end += end == x;
  }
}

RESULT authn_qr_svg(struct str text, struct arena *arena, struct str *ret_svg)
{
  errno = 0;
  QRcode *code CLEANUP(code_free) = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
  if (!code)
    return errno == ENOMEM ? R_NO_MEMORY : R_TOO_LARGE;
  struct buf svg = buf_in(arena, SVG_MOST);
  int side = code->width + 2 * QUIET;
  buf_print(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">",
            side, side);
  buf_print(&svg, "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", side, side);
  for (int y = 0; y < code->width; y++)
    put_row(&svg, code, y);
  buf_put(&svg, STR("\"/></svg>"));
  struct str drawn = buf_str(&svg);
  if (!drawn.p)
    return R_NO_MEMORY;
  *ret_svg = drawn;
  return R_OK;
}
