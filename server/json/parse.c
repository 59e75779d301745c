/* jansson behind a wall: a look at the text first, allocators that wipe, values that die with their arena.
   Trusts: nothing; the text is the caller's and may hold a password. */
#include "json/parse.h"
#include "base/secret.h"
#include <jansson.h>
#include <limits.h>
#include <pthread.h>

enum { DEPTH_MOST = 32, MARKS_MOST = 65536 };

/* Whether an allocation failed since the last look: asking jansson by json_error_t would copy text to the stack. */
static _Thread_local bool starved;

static void *take(size_t size)
{
  void *piece = secret_alloc(size);
  starved |= !piece;
  return piece;
}

static void install(void)
{
  json_set_alloc_funcs(take, secret_release);
  json_object_seed(0);
}

/* The alias of struct json. Not const, since jansson's iterators, which change nothing, ask for that. */
static json_t *inside(const struct json *value) { return (json_t *)(uintptr_t)value; }

/* Where the string that opens at i closes, or the end of the text. */
static size_t string_end(struct str text, size_t i)
{
  for (i++; i < text.n && text.p[i] != '"'; i++)
    if (text.p[i] == '\\')
      i++;
  return i;
}

/* jansson recurses 2048 deep, and takes a NUL behind a value for the end of the text, whatever follows it. Up to the
   first error, where it stops, this counts the very brackets it will meet. */
static RESULT scan(struct str text)
{
  static const signed char steps[UCHAR_MAX + 1] = {['['] = 1, ['{'] = 1, [']'] = -1, ['}'] = -1};
  ptrdiff_t depth = 0, marks = 0;
  if (text.n > 0 && memchr(text.p, '\0', text.n))
    return R_MALFORMED;
  for (size_t i = 0; i < text.n; i++) {
    unsigned char c = (unsigned char)text.p[i];
    if (c == '"')
      i = string_end(text, i);
    depth += steps[c];
    marks += steps[c] > 0 || c == ',';
    if (depth > DEPTH_MOST)
      return R_MALFORMED;
    if (marks > MARKS_MOST)
      return R_TOO_LARGE;
  }
  return R_OK;
}

static RESULT load(struct str text, json_t **ret_value)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT; /* allocators can be set only before the first allocation */
  pthread_once(&once, install);
  TRY(scan(text));
  starved = false;
  json_t *value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
  if (!value)
    return starved ? R_NO_MEMORY : R_MALFORMED;
  *ret_value = value;
  return R_OK;
}

static void release(void *value) { json_decref(value); }

RESULT json_parse(struct str text, struct arena *arena, const struct json **ret_json)
{
  json_t *value;
  TRY(load(text, &value));
  if (!arena_on_free(arena, release, value)) {
    release(value);
    return R_NO_MEMORY;
  }
  *ret_json = (const struct json *)value;
  return R_OK;
}

enum json_kind json_kind(const struct json *value)
{
  static const enum json_kind kinds[] = {
      [JSON_OBJECT] = JSON_KIND_OBJECT,   [JSON_ARRAY] = JSON_KIND_ARRAY, [JSON_STRING] = JSON_KIND_STRING,
      [JSON_INTEGER] = JSON_KIND_INTEGER, [JSON_REAL] = JSON_KIND_REAL,   [JSON_TRUE] = JSON_KIND_BOOL,
      [JSON_FALSE] = JSON_KIND_BOOL,      [JSON_NULL] = JSON_KIND_NULL,
  };
  return value ? kinds[json_typeof(inside(value))] : JSON_KIND_NULL;
}

const struct json *json_member(const struct json *object, const char *name)
{
  return (const struct json *)json_object_get(inside(object), name);
}

size_t json_count(const struct json *array_or_object)
{
  return json_array_size(inside(array_or_object)) + json_object_size(inside(array_or_object));
}

const struct json *json_at(const struct json *array, size_t i)
{
  return (const struct json *)json_array_get(inside(array), i);
}

struct str json_str(const struct json *value)
{
  return (struct str){json_string_value(inside(value)), json_string_length(inside(value))};
}

bool json_int(const struct json *value, int64_t *ret_number)
{
  if (!json_is_integer(inside(value)))
    return false;
  *ret_number = json_integer_value(inside(value));
  return true;
}

bool json_bool(const struct json *value, bool *ret_flag)
{
  if (!json_is_boolean(inside(value)))
    return false;
  *ret_flag = json_is_true(inside(value));
  return true;
}

bool json_each(const struct json *object, void **at, struct str *ret_name, const struct json **ret_value)
{
  *at = *at ? json_object_iter_next(inside(object), *at) : json_object_iter(inside(object));
  if (!*at)
    return false;
  *ret_name = (struct str){json_object_iter_key(*at), json_object_iter_key_len(*at)};
  *ret_value = (const struct json *)json_object_iter_value(*at);
  return true;
}

static void drop(json_t **value) { json_decref(*value); }

bool json_same(struct str a, struct str b)
{
  json_t *left CLEANUP(drop) = NULL;
  json_t *right CLEANUP(drop) = NULL;
  return load(a, &left) == R_OK && load(b, &right) == R_OK && json_equal(left, right);
}
