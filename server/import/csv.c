/* Cuts lines into fields. Trusts: nothing of a line. */
#include "import/csv.h"
#include "base/csv.h"
#include "base/text.h"
#include "json/parse.h"

enum { JSON_MOST = 8 << 20 };

static RESULT wrong(const char *what, struct str *ret_wrong)
{
  *ret_wrong = str_of(what);
  return R_MALFORMED;
}

static RESULT cut_plain(struct str *rest, struct str *ret_field)
{
  const char *end = memchr(rest->p, ',', rest->n);
  struct str field = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
  if (memchr(field.p, '"', field.n))
    return R_MALFORMED;
  *rest = (struct str){rest->p + field.n, rest->n - field.n};
  *ret_field = field;
  return R_OK;
}

static RESULT cut_quoted(struct str *rest, struct arena *arena, struct str *ret_field)
{
  struct buf text = buf_in(arena, rest->n + 1);
  size_t i = 1;
  for (; i < rest->n && (rest->p[i] != '"' || (i + 1 < rest->n && rest->p[i + 1] == '"')); i++) {
    buf_put_char(&text, rest->p[i]);
    i += rest->p[i] == '"';
  }
  if (i == rest->n || (i + 1 < rest->n && rest->p[i + 1] != ','))
    return R_MALFORMED;
  *rest = (struct str){rest->p + i + 1, rest->n - i - 1};
  *ret_field = buf_str(&text);
  return ret_field->p ? R_OK : R_NO_MEMORY;
}

/* The next field, of a line that is not at its end: *rest stands behind it and its comma, or has .p NULL at the end. */
static RESULT cut_field(struct str *rest, struct arena *arena, struct str *ret_field)
{
  TRY(rest->n > 0 && rest->p[0] == '"' ? cut_quoted(rest, arena, ret_field) : cut_plain(rest, ret_field));
  *rest = rest->n > 0 ? (struct str){rest->p + 1, rest->n - 1} : STR_NONE;
  return R_OK;
}

static struct str without_return(struct str line)
{
  return line.n > 0 && line.p[line.n - 1] == '\r' ? (struct str){line.p, line.n - 1} : line;
}

static bool has_name(const struct import_csv_header *header, struct str name)
{
  for (size_t i = 0; i < header->count; i++)
    if (str_equal(header->names[i], name))
      return true;
  return false;
}

RESULT import_csv_open(struct str line, const char *kind, struct arena *arena, struct import_csv_header *ret_header,
                       struct str *ret_wrong)
{
  struct import_csv_header header = {.kind = kind};
  if (!text_utf8_valid(line))
    return wrong("The header is not UTF-8", ret_wrong);
  struct str rest = without_return(line), name;
  while (rest.p) {
    enum result r = cut_field(&rest, arena, &name);
    if (r == R_MALFORMED)
      return wrong("The header has a quote where none may be", ret_wrong);
    TRY(r);
    if (header.count == IMPORT_CSV_COLUMNS || !import_row_has(name))
      return wrong("The header has a name that no row has", ret_wrong);
    if (has_name(&header, name))
      return wrong("The header has a name twice", ret_wrong);
    header.names[header.count++] = name;
  }
  if (!kind && !has_name(&header, STR("kind")))
    return wrong("The header has no kind, and the job takes rows of any", ret_wrong);
  *ret_header = header;
  return R_OK;
}

/* An array of JSON, as exports have it, or items between semicolons. */
static RESULT put_list(struct buf *json, struct str items, struct arena *arena)
{
  const struct json *array;
  enum result r = items.p[0] == '[' ? json_parse(items, arena, &array) : R_MALFORMED;
  if (r != R_MALFORMED && r != R_OK)
    return r;
  if (r == R_OK) {
    buf_put(json, items);
    return R_OK;
  }
  buf_put_char(json, '[');
  for (bool first = true; items.p; first = false) {
    buf_put(json, first ? STR("") : STR(","));
    buf_put_json(json, str_trim(str_cut(&items, ';')));
  }
  buf_put_char(json, ']');
  return R_OK;
}

static RESULT put_member(struct buf *json, struct str name, struct str field, struct arena *arena)
{
  buf_put(json, json->n > 1 ? STR(",") : STR(""));
  buf_put_json(json, name);
  buf_put_char(json, ':');
  if (str_is(field, CSV_NOTHING))
    buf_put(json, STR("null"));
  else if (import_row_is_list(name))
    return put_list(json, csv_bare(field), arena);
  else
    buf_put_json(json, csv_bare(field));
  return R_OK;
}

RESULT import_csv_read(const struct import_csv_header *header, struct str line, struct arena *arena,
                       struct str *ret_json, struct str *ret_wrong)
{
  struct buf json = buf_in(arena, JSON_MOST);
  struct str rest = without_return(line), field;
  size_t count = 0;
  if (!text_utf8_valid(line))
    return wrong("Is not UTF-8", ret_wrong);
  buf_put_char(&json, '{');
  for (; rest.p; count++) {
    enum result r = cut_field(&rest, arena, &field);
    if (r == R_MALFORMED)
      return wrong("Has a quote where none may be", ret_wrong);
    TRY(r);
    if (count < header->count && field.n > 0)
      TRY(put_member(&json, header->names[count], field, arena));
  }
  if (count != header->count)
    return wrong("Has more or fewer fields than the header", ret_wrong);
  if (header->kind && !has_name(header, STR("kind")))
    TRY(put_member(&json, STR("kind"), str_of(header->kind), arena));
  buf_put_char(&json, '}');
  *ret_json = buf_str(&json);
  return ret_json->p ? R_OK : R_NO_MEMORY;
}
