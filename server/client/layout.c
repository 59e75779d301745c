/* Pads cells by the columns that they take on a terminal. Trusts: nothing of the cells. */
#include "client/layout.h"
#include "client/text.h"

enum { GAP = 2 };

static struct str shown(struct str cell) { return cell.n > 0 ? cell : STR("-"); }

void client_layout_measure(struct client_layout *layout, const struct str *cells)
{
  for (size_t i = 0; i < layout->count; i++) {
    size_t columns = client_text_columns(shown(cells[i]));
    if (columns > layout->widths[i])
      layout->widths[i] = columns;
  }
}

void client_layout_put(const struct client_layout *layout, const struct str *cells, struct buf *out)
{
  for (size_t i = 0; i < layout->count; i++) {
    struct str cell = shown(cells[i]);
    client_text_put(out, cell);
    if (i + 1 == layout->count)
      break;
    buf_put_char(out, ' '); /* also behind a cell that is wider than its column */
    for (size_t at = client_text_columns(cell) + 1; at < layout->widths[i] + GAP; at++)
      buf_put_char(out, ' ');
  }
  buf_put_char(out, '\n');
}
