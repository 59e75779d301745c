/* Fills templates. Trusts: the templates; no value. */
#include "jobs/template.h"
#include "base/buf.h"
#include "base/text.h"
#include <stddef.h>

enum { TEXT_MOST = 1 << 16 };

/* Languages beside English are further folders. */
static const struct {
  const char *language, *kind, *text;
} templates[] = {
#define TEMPLATE(language, kind, text) {language, kind, text},
#include "jobs/templates.def"
#undef TEMPLATE
};

static const struct {
  const char *name;
  size_t at;
} places[] = {
#define PLACE(name)                                                                                                    \
  {                                                                                                                    \
#name, offsetof(struct jobs_template_values, name)                                                                 \
  }
    PLACE(product), PLACE(name), PLACE(login), PLACE(tenant),  PLACE(code),
    PLACE(link),    PLACE(when), PLACE(until), PLACE(address),
#undef PLACE
};

static const char *find(struct str language, struct str kind)
{
  for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
    if (str_is(kind, templates[i].kind) && str_is(language, templates[i].language))
      return templates[i].text;
  return NULL;
}

/* C0 and DEL, C1, and the line and paragraph separators (U+2028, U+2029); broken UTF-8 is one too. */
static bool is_control(struct str character)
{
  static const unsigned char separator[] = {0xe2, 0x80, 0xa8};
  const unsigned char *c = (const unsigned char *)character.p;
  if (character.n == 1)
    return c[0] < ' ' || c[0] == 0x7f;
  if (character.n == 2)
    return c[0] == 0xc2 && c[1] < 0xa0;
  return character.n == 3 && c[0] == separator[0] && c[1] == separator[1] && (c[2] | 1) == (separator[2] | 1);
}

static void put_value(struct buf *b, struct str value)
{
  while (value.n > 0) {
    size_t n = text_utf8_next(value);
    struct str character = {value.p, n ? n : 1};
    buf_put(b, n == 0 || is_control(character) ? STR(" ") : character);
    value = (struct str){value.p + character.n, value.n - character.n};
  }
}

/* What stands for {name}; false where there is no such place. */
static bool value_of(struct str name, const struct jobs_template_values *values, struct str *ret_value)
{
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (str_is(name, places[i].name)) {
      memcpy(ret_value, (const char *)values + places[i].at, sizeof *ret_value);
      return true;
    }
  return false;
}

/* R_NOT_FOUND: it names a value that there is not. */
static RESULT fill_line(struct str line, const struct jobs_template_values *values, struct buf *b)
{
  while (line.n > 0) {
    struct str value;
    struct str before = str_cut(&line, '{');
    buf_put(b, before);
    if (!line.p)
      return R_OK;
    if (!value_of(str_cut(&line, '}'), values, &value))
      return FAULT(R_INTERNAL);
    if (!value.p)
      return R_NOT_FOUND;
    put_value(b, value);
  }
  return R_OK;
}

static RESULT fill_body(struct str rest, const struct jobs_template_values *values, struct arena *arena,
                        struct buf *body)
{
  while (rest.n > 0) {
    struct buf line = buf_in(arena, TEXT_MOST);
    enum result r = fill_line(str_cut(&rest, '\n'), values, &line);
    if (r == R_NOT_FOUND)
      continue;
    TRY(r);
    struct str text = buf_str(&line);
    if (!text.p)
      return R_NO_MEMORY;
    buf_put(body, text);
    buf_put_char(body, '\n');
  }
  return R_OK;
}

RESULT jobs_template_fill(struct str language, struct str kind, const struct jobs_template_values *values,
                          struct arena *arena, struct jobs_template_text *ret_text)
{
  const char *found = find(language, kind);
  if (!found)
    found = find(STR("en"), kind);
  if (!found)
    return R_NOT_FOUND;
  struct str rest = str_of(found), head = str_cut(&rest, '\n');
  struct buf subject = buf_in(arena, TEXT_MOST), body = buf_in(arena, TEXT_MOST);
  (void)str_cut(&head, ' '); /* "Subject:" */
  (void)str_cut(&rest, '\n');
  TRY(fill_line(head, values, &subject));
  TRY(fill_body(rest, values, arena, &body));
  struct jobs_template_text text = {buf_str(&subject), buf_str(&body)};
  if (!text.subject.p || !text.body.p)
    return R_NO_MEMORY;
  *ret_text = text;
  return R_OK;
}
