/* Reading JSON: depth at most 32, no duplicate keys, UTF-8 only, no NUL in strings. Memory of the parser is wiped. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include <stdint.h>

struct json; /* a parsed value, owned by the arena it was parsed into */

/* R_MALFORMED when it is not one JSON value, or too deep; R_TOO_LARGE when it has more than 65536 brackets and commas,
   since a value takes a hundred times the memory of its text. */
RESULT json_parse(struct str text, struct arena *arena, const struct json **ret_json);

enum json_kind {
  JSON_KIND_NULL,
  JSON_KIND_BOOL,
  JSON_KIND_INTEGER,
  JSON_KIND_REAL,
  JSON_KIND_STRING,
  JSON_KIND_ARRAY,
  JSON_KIND_OBJECT
};

enum json_kind json_kind(const struct json *value); /* of a member that is not there: null */

/* NULL when the object has no such member (or is none). */
const struct json *json_member(const struct json *object, const char *name);
size_t json_count(const struct json *array_or_object);
const struct json *json_at(const struct json *array, size_t i);
struct str json_str(const struct json *value); /* .p NULL unless a string; a NUL stands behind it */

/* False unless the value is of that kind. 1.0 and 1e3 are no integers, 1 is no bool. */
bool json_int(const struct json *value, int64_t *ret_number);
bool json_bool(const struct json *value, bool *ret_flag);

/* The members in the order of the text: for (void *at = NULL; json_each(object, &at, &name, &value);) */
bool json_each(const struct json *object, void **at, struct str *ret_name, const struct json **ret_value);

/* Two texts are the same JSON value, whatever the order of members; 1 and 1.0 differ. False when either is not JSON. */
bool json_same(struct str a, struct str b);
