/* Reading JSON: depth at most 32, no duplicate keys, UTF-8 only, no NUL in strings. Memory of the parser is wiped. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

struct json; /* a parsed value, owned by the arena it was parsed into */

/* R_MALFORMED when it is not one JSON value, or too deep. */
RESULT json_parse(struct str text, struct arena *arena, const struct json **ret_json);

enum json_kind { JSON_KIND_NULL, JSON_KIND_BOOL, JSON_KIND_INTEGER, JSON_KIND_REAL, JSON_KIND_STRING, JSON_KIND_ARRAY, JSON_KIND_OBJECT };
enum json_kind json_kind(const struct json *value);

/* NULL when the object has no such member (or is none). */
const struct json *json_member(const struct json *object, const char *name);
size_t json_count(const struct json *array_or_object);
const struct json *json_at(const struct json *array, size_t i);
struct str json_string(const struct json *value); /* .p NULL unless a string */
