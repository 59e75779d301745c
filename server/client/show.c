/* Writes answers to standard output, made fit for a terminal. Trusts: nothing of the answers. */
#include "client/show.h"
#include "client/items.h"
#include "client/text.h"
#include "json/parse.h"
#include <stdio.h>

enum { TEXT_MOST = 64 << 20, CELL_MOST = 1 << 20, NAME_MOST = 256 };

static RESULT flush(struct buf *text)
{
  struct str all = buf_str(text);
  if (!all.p)
    return R_NO_MEMORY;
  fwrite(all.p, 1, all.n, stdout);
  return fflush(stdout) == 0 ? R_OK : R_UNAVAILABLE;
}

/* Cells. */

static void put_value(struct buf *out, const struct json *value);

static void put_joined(struct buf *out, const struct json *list)
{
  for (size_t i = 0; i < json_count(list); i++) {
    buf_put(out, i ? STR(", ") : STR(""));
    put_value(out, json_at(list, i));
  }
}

static void put_members(struct buf *out, const struct json *object)
{
  struct str name, before = STR("");
  const struct json *value;
  for (void *at = NULL; json_each(object, &at, &name, &value);) {
    if (json_kind(value) == JSON_KIND_NULL)
      continue;
    buf_put(out, before);
    before = STR(", ");
    buf_put(out, name);
    buf_put(out, STR(" "));
    put_value(out, value);
  }
}

/* JSON is at most 32 deep, and so is this. */
static void put_value(struct buf *out, const struct json *value)
{
  int64_t number;
  bool flag = false;
  switch (json_kind(value)) {
  case JSON_KIND_STRING:
    buf_put(out, json_str(value));
    break;
  case JSON_KIND_INTEGER:
    if (json_int(value, &number))
      buf_print(out, "%lld", (long long)number);
    break;
  case JSON_KIND_BOOL:
    buf_put(out, json_bool(value, &flag) && flag ? STR("true") : STR("false"));
    break;
  case JSON_KIND_ARRAY:
    put_joined(out, value);
    break;
  case JSON_KIND_OBJECT:
    put_members(out, value);
    break;
  case JSON_KIND_NULL:
  case JSON_KIND_REAL: /* the service sends none */
    break;
  }
}

static struct str cell_of(const struct json *value, struct arena *arena)
{
  struct str text = json_str(value);
  if (text.p)
    return text;
  struct buf out = buf_in(arena, CELL_MOST);
  put_value(&out, value);
  return buf_str(&out);
}

/* Lists. */

static void put_json(struct buf *out, struct str json)
{
  client_text_put_json(out, json);
  buf_put_char(out, '\n');
}

static size_t names_of(const char *columns, struct str names[CLIENT_LAYOUT_MOST])
{
  size_t count = 0;
  struct str rest = str_of(columns);
  while (rest.n > 0 && count < CLIENT_LAYOUT_MOST)
    names[count++] = str_cut(&rest, ' ');
  return count;
}

/* "name", or "name.of.a.member" of what is nested. */
static const struct json *member_at(const struct json *json, struct str path)
{
  while (path.p && json) {
    struct str step = str_cut(&path, '.');
    char name[NAME_MOST];
    snprintf(name, sizeof name, "%.*s", (int)step.n, step.p);
    json = json_member(json, name);
  }
  return json;
}

static struct str *cells_of(struct str item, const struct str *names, size_t count, struct arena *arena)
{
  const struct json *json;
  struct str *cells = arena_array(arena, count, sizeof *cells);
  if (!cells || json_parse(item, arena, &json) != R_OK)
    return NULL;
  for (size_t i = 0; i < count; i++)
    cells[i] = cell_of(member_at(json, names[i]), arena);
  return cells;
}

/* The rows of a page are measured before the first is shown; the head stands above the first page. */
static RESULT put_table(struct client_show *show, const struct str *items, size_t count, struct arena *arena)
{
  struct str names[CLIENT_LAYOUT_MOST];
  struct str **rows = arena_array(arena, count + 1, sizeof *rows);
  struct buf text = buf_in(arena, TEXT_MOST);
  show->layout.count = names_of(show->columns, names);
  if (!rows)
    return R_NO_MEMORY;
  if (!show->begun)
    client_layout_measure(&show->layout, names);
  for (size_t i = 0; i < count; i++) {
    if (!(rows[i] = cells_of(items[i], names, show->layout.count, arena)))
      return R_MALFORMED;
    client_layout_measure(&show->layout, rows[i]);
  }
  if (!show->begun && count > 0)
    client_layout_put(&show->layout, names, &text);
  for (size_t i = 0; i < count; i++)
    client_layout_put(&show->layout, rows[i], &text);
  show->begun = true;
  return flush(&text);
}

static RESULT put_lines(const struct str *items, size_t count, struct arena *arena)
{
  struct buf text = buf_in(arena, TEXT_MOST);
  for (size_t i = 0; i < count; i++)
    put_json(&text, items[i]);
  return flush(&text);
}

RESULT client_show_page(struct client_show *show, struct str page, struct arena *arena)
{
  struct str rest, item, *items = arena_array(arena, CLIENT_SHOW_MOST, sizeof *items);
  size_t count = 0;
  if (!items)
    return R_NO_MEMORY;
  if (!client_items_open(page, &rest))
    return R_MALFORMED;
  while (count < CLIENT_SHOW_MOST && show->left > 0 && client_items_next(&rest, &item)) {
    items[count++] = item;
    show->left--;
  }
  return client_show_items(show, items, count, arena);
}

RESULT client_show_items(struct client_show *show, const struct str *items, size_t count, struct arena *arena)
{
  return show->json ? put_lines(items, count, arena) : put_table(show, items, count, arena);
}

/* One thing. */

static void put_thing(struct buf *out, const struct json *object, const char *prefix, struct arena *arena)
{
  struct str name;
  const struct json *value;
  for (void *at = NULL; json_each(object, &at, &name, &value);) {
    struct str whole = arena_print(arena, "%s%.*s", prefix, (int)name.n, name.p);
    if (json_kind(value) == JSON_KIND_OBJECT && whole.p) {
      struct str deeper = arena_print(arena, "%s.", whole.p);
      put_thing(out, value, deeper.p ? deeper.p : "", arena);
      continue;
    }
    client_layout_put(&(struct client_layout){.count = 2, .widths = {20}}, (struct str[]){whole, cell_of(value, arena)},
                      out);
  }
}

RESULT client_show_thing(struct str body, bool json, struct arena *arena)
{
  const struct json *thing;
  struct buf text = buf_in(arena, TEXT_MOST);
  TRY(json_parse(body, arena, &thing));
  if (json)
    put_json(&text, body);
  else
    put_thing(&text, thing, "", arena);
  return flush(&text);
}
