/* Cells in columns, each as wide as the widest that was seen. */
#pragma once
#include "base/buf.h"

enum { CLIENT_LAYOUT_MOST = 12 };

struct client_layout {
  size_t count; /* of columns */
  size_t widths[CLIENT_LAYOUT_MOST];
};

/* Columns are never narrower than a cell that was measured before. */
void client_layout_measure(struct client_layout *layout, const struct str *cells);

/* One line, without spaces at its end; an empty cell is shown as "-". */
void client_layout_put(const struct client_layout *layout, const struct str *cells, struct buf *out);
