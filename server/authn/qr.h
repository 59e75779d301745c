/* A text as a QR code (ISO/IEC 18004) that a browser shows. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

/* An SVG of black modules on white, with the quiet zone of four modules, error correction M. R_TOO_LARGE for what no QR
   code holds. */
RESULT authn_qr_svg(struct str text, struct arena *arena, struct str *ret_svg);
