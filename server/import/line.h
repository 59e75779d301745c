/* Lines of a content, of which some bytes are at hand. */
#pragma once
#include "base/str.h"
#include <stdint.h>

enum { IMPORT_LINE = 1 << 20 }; /* the longest that is read */

struct import_text {
  struct str bytes;
  int64_t begins, ends; /* where in the content the bytes begin, and where that ends */
};
bool import_text_is_last(const struct import_text *text);

struct import_line {
  struct str text;
  size_t size; /* with its end */
  bool too_long;
  bool ended; /* else it goes on behind the bytes */
};
/* The line that begins there in the bytes, without the mark that some programs put before the first one. False: it is
   not here to its end, or there is none. */
bool import_line_at(const struct import_text *text, size_t at, struct import_line *ret_line);

bool import_line_is_blank(struct str line);
