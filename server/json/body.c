/* Decoding an object by its table. Every wrong member is named before the answer is no.
   Trusts: the table, not the object; texts may be passwords and stay where the parser put them. */
#include "json/body.h"
#include "base/clock.h"
#include "base/text.h"

enum { ERRORS_MOST = 64, ELEMENT_MOST = 256, NAME_MOST = 128 };

enum fault {
  FAULT_NONE,
  FAULT_REQUIRED,
  FAULT_UNKNOWN,
  FAULT_TYPE,
  FAULT_FORM,
  FAULT_CHOICE,
  FAULT_SHORT,
  FAULT_LONG,
  FAULT_RANGE
};

static const char *const codes[] = {
    [FAULT_REQUIRED] = "required", [FAULT_UNKNOWN] = "unknown",     [FAULT_TYPE] = "wrong_type",
    [FAULT_FORM] = "malformed",    [FAULT_CHOICE] = "not_a_choice", [FAULT_SHORT] = "too_short",
    [FAULT_LONG] = "too_long",     [FAULT_RANGE] = "out_of_range",
};

/* What a kind wants: its type, its form, and the unit of its limits. */
static const struct {
  const char *type, *form, *unit;
} words[] = {
    [JSON_FIELD_TEXT] = {"Must be a string", "Must not hold control characters or line separators", " characters long"},
    [JSON_FIELD_ID] = {"Must be a string", "Must be a UUID", ""},
    [JSON_FIELD_NUMBER] = {"Must be a whole number", "", ""},
    [JSON_FIELD_FLAG] = {"Must be true or false", "", ""},
    [JSON_FIELD_TIME] = {"Must be a string", "Must be an RFC 3339 date-time", ""},
    [JSON_FIELD_TEXTS] = {"Must be an array of strings", "", " elements long"},
    [JSON_FIELD_RAW] = {"", "", ""},
};

struct decoding {
  struct arena *arena;
  struct json_error *errors; /* room for ERRORS_MOST once there is one */
  size_t count;
  bool starved;
};

static struct str message(struct arena *arena, const struct json_field *f, enum fault fault)
{
  switch (fault) {
  case FAULT_REQUIRED:
    return STR("Is missing");
  case FAULT_UNKNOWN:
    return STR("Is unknown here");
  case FAULT_TYPE:
    return str_of(words[f->kind].type);
  case FAULT_FORM:
    return str_of(words[f->kind].form);
  case FAULT_CHOICE:
    return arena_print(arena, "Must be one of %s", f->choices);
  case FAULT_SHORT:
  case FAULT_LONG:
  case FAULT_RANGE:
  case FAULT_NONE:
    break;
  }
  return arena_print(arena, "Must be %lld to %lld%s", (long long)f->min, (long long)f->max, words[f->kind].unit);
}

static void complain(struct decoding *d, struct str field, const char *code, struct str text)
{
  if (!d->errors)
    d->errors = arena_array(d->arena, ERRORS_MOST, sizeof *d->errors);
  if (!d->errors || !field.p || !text.p) {
    d->starved = true;
    return;
  }
  if (d->count < ERRORS_MOST)
    d->errors[d->count++] = (struct json_error){field, code, text.p};
}

static void blame(struct decoding *d, struct str name, const struct json_field *f, enum fault fault)
{
  if (fault != FAULT_NONE && d->count < ERRORS_MOST)
    complain(d, name, codes[fault], message(d->arena, f, fault));
}

/* C0, DEL, C1, U+2028 and U+2029: what can break or forge a line where the text is shown. */
static bool breaks_lines(struct str character)
{
  const unsigned char *p = (const unsigned char *)character.p;
  return p[0] < 0x20 || p[0] == 0x7F || (p[0] == 0xC2 && p[1] < 0xA0) ||
         (p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9));
}

static bool is_plain(struct str text)
{
  while (text.n > 0) {
    size_t n = text_utf8_next(text);
    if (n == 0 || breaks_lines((struct str){text.p, n}))
      return false;
    text = (struct str){text.p + n, text.n - n};
  }
  return true;
}

static bool is_choice(const char *choices, struct str text)
{
  struct str rest = str_of(choices);
  while (rest.p)
    if (str_equal(str_cut(&rest, '|'), text))
      return true;
  return false;
}

static enum fault measure(const struct json_field *f, size_t length)
{
  if ((int64_t)length < f->min)
    return FAULT_SHORT;
  return (int64_t)length > f->max ? FAULT_LONG : FAULT_NONE;
}

static enum fault check_text(const struct json_field *f, const struct json *value, struct str *ret_text)
{
  struct str text = json_str(value);
  if (!text.p)
    return FAULT_TYPE;
  if (f->choices && !is_choice(f->choices, text))
    return FAULT_CHOICE;
  if (!is_plain(text))
    return FAULT_FORM;
  *ret_text = text;
  return f->choices ? FAULT_NONE : measure(f, text_utf8_count(text));
}

/* Puts the value of one kind into its member; `present` and `null` are set for all kinds alike elsewhere. */
typedef enum fault take_fn(struct decoding *d, const struct json_field *f, const struct json *value, void *member);

static enum fault take_text(struct decoding *d, const struct json_field *f, const struct json *value, void *member)
{
  (void)d;
  return check_text(f, value, &((struct json_text *)member)->value);
}

static enum fault take_id(struct decoding *d, const struct json_field *f, const struct json *value, void *member)
{
  (void)d, (void)f;
  struct str text = json_str(value);
  if (!text.p)
    return FAULT_TYPE;
  return uuid_parse(text, &((struct json_id *)member)->value) ? FAULT_NONE : FAULT_FORM;
}

static enum fault take_number(struct decoding *d, const struct json_field *f, const struct json *value, void *member)
{
  (void)d;
  int64_t number;
  if (!json_int(value, &number))
    return FAULT_TYPE;
  if (number < f->min || number > f->max)
    return FAULT_RANGE;
  ((struct json_number *)member)->value = number;
  return FAULT_NONE;
}

static enum fault take_flag(struct decoding *d, const struct json_field *f, const struct json *value, void *member)
{
  (void)d, (void)f;
  return json_bool(value, &((struct json_flag *)member)->value) ? FAULT_NONE : FAULT_TYPE;
}

static enum fault take_time(struct decoding *d, const struct json_field *f, const struct json *value, void *member)
{
  (void)d, (void)f;
  struct str text = json_str(value);
  if (!text.p)
    return FAULT_TYPE;
  return clock_parse(text, &((struct json_time *)member)->value) ? FAULT_NONE : FAULT_FORM;
}

static enum fault take_texts(struct decoding *d, const struct json_field *f, const struct json *value, void *member)
{
  size_t count = json_count(value);
  if (json_kind(value) != JSON_KIND_ARRAY)
    return FAULT_TYPE;
  enum fault length = measure(f, count);
  if (length != FAULT_NONE)
    return length;
  struct str *texts = arena_array(d->arena, count, sizeof *texts);
  d->starved |= !texts;
  const struct json_field element = {.kind = JSON_FIELD_TEXT, .max = ELEMENT_MOST, .choices = f->choices};
  for (size_t i = 0; texts && i < count; i++) {
    enum fault fault = check_text(&element, json_at(value, i), &texts[i]);
    if (fault != FAULT_NONE)
      blame(d, arena_print(d->arena, "%s[%zu]", f->name, i), &element, fault);
  }
  ((struct json_texts *)member)->value = texts;
  ((struct json_texts *)member)->count = count;
  return FAULT_NONE;
}

static enum fault take_raw(struct decoding *d, const struct json_field *f, const struct json *value, void *member)
{
  (void)d, (void)f;
  ((struct json_raw *)member)->value = value;
  return FAULT_NONE;
}

#define KIND(type, take)                                                                                               \
  {                                                                                                                    \
    take, sizeof(type), offsetof(type, present), offsetof(type, null)                                                  \
  }
static const struct kind {
  take_fn *take;
  size_t size, present, null;
} kinds[] = {
    [JSON_FIELD_TEXT] = KIND(struct json_text, take_text),
    [JSON_FIELD_ID] = KIND(struct json_id, take_id),
    [JSON_FIELD_NUMBER] = KIND(struct json_number, take_number),
    [JSON_FIELD_FLAG] = KIND(struct json_flag, take_flag),
    [JSON_FIELD_TIME] = KIND(struct json_time, take_time),
    [JSON_FIELD_TEXTS] = KIND(struct json_texts, take_texts),
    [JSON_FIELD_RAW] = KIND(struct json_raw, take_raw),
};

static enum fault take_member(struct decoding *d, const struct json_field *f, const struct json *value, char *member)
{
  const struct kind *kind = &kinds[f->kind];
  memset(member, 0, kind->size);
  if (!value)
    return f->need == JSON_REQUIRED ? FAULT_REQUIRED : FAULT_NONE;
  bool null = json_kind(value) == JSON_KIND_NULL;
  *(bool *)(member + kind->present) = true;
  *(bool *)(member + kind->null) = null;
  if (null && f->need == JSON_NULLABLE && f->kind != JSON_FIELD_RAW)
    return FAULT_NONE;
  return kind->take(d, f, value, member);
}

static bool is_known(const struct json_body *body, struct str name)
{
  for (size_t i = 0; i < body->count; i++)
    if (str_is(name, body->fields[i].name))
      return true;
  return false;
}

/* The start of a name that is too long to be repeated to its sender; a character is not split. */
static struct str shorten(struct str name)
{
  if (name.n <= NAME_MOST)
    return name;
  size_t n = NAME_MOST;
  while (n > 0 && ((unsigned char)name.p[n] & 0xC0) == 0x80)
    n--;
  return (struct str){name.p, n};
}

static RESULT verdict(const struct decoding *d, struct json_errors *ret_errors)
{
  if (d->starved)
    return R_NO_MEMORY;
  if (d->count == 0)
    return R_OK;
  *ret_errors = (struct json_errors){d->errors, d->count};
  return R_MALFORMED;
}

RESULT json_decode_value(const struct json *object, const struct json_body *body, struct arena *arena, void *target,
                         struct json_errors *ret_errors)
{
  struct decoding d = {.arena = arena};
  if (json_kind(object) != JSON_KIND_OBJECT) {
    complain(&d, STR(""), codes[FAULT_TYPE], STR("Must be an object"));
    return verdict(&d, ret_errors);
  }
  for (size_t i = 0; i < body->count; i++) {
    const struct json_field *f = &body->fields[i];
    blame(&d, str_of(f->name), f, take_member(&d, f, json_member(object, f->name), (char *)target + f->offset));
  }
  struct str name;
  const struct json *value;
  for (void *at = NULL; json_each(object, &at, &name, &value);)
    if (!is_known(body, name))
      blame(&d, shorten(name), NULL, FAULT_UNKNOWN);
  return verdict(&d, ret_errors);
}

RESULT json_decode(struct str text, const struct json_body *body, struct arena *arena, void *target,
                   struct json_errors *ret_errors)
{
  struct decoding d = {.arena = arena};
  const struct json *object;
  if (text.n == 0) {
    complain(&d, STR(""), codes[FAULT_REQUIRED], STR("A body is required"));
    return verdict(&d, ret_errors);
  }
  enum result r = json_parse(text, arena, &object);
  if (r == R_MALFORMED) {
    complain(&d, STR(""), codes[FAULT_FORM], STR("The body is not one JSON value of at most 32 levels"));
    return verdict(&d, ret_errors);
  }
  TRY(r);
  return json_decode_value(object, body, arena, target, ret_errors);
}
