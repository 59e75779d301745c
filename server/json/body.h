/* Bodies in: one row a member, checked against the C struct when compiled, decoded once. */
#pragma once
#include "base/uuid.h"
#include "json/parse.h"
#include <stdint.h>

/* Members of a body struct have one of these types. `present` tells an absent member from an empty one:
   for a merge patch (RFC 7396) a member may be absent, null (present, null) or a value. */
struct json_text { struct str value; bool present, null; };
struct json_id { struct uuid value; bool present, null; };
struct json_number { int64_t value; bool present, null; };
struct json_flag { bool value, present, null; };
struct json_time { int64_t value; bool present, null; };     /* RFC 3339 */
struct json_texts { const struct str *value; size_t count; bool present, null; }; /* array of strings */
struct json_raw { const struct json *value; bool present, null; };  /* anything: checked by who takes it */

enum json_field_kind {
  JSON_FIELD_TEXT = 1,
  JSON_FIELD_ID,
  JSON_FIELD_NUMBER,
  JSON_FIELD_FLAG,
  JSON_FIELD_TIME,
  JSON_FIELD_TEXTS,
  JSON_FIELD_RAW
};

enum json_need { JSON_OPTIONAL, JSON_REQUIRED, JSON_NULLABLE /* optional, and null is a value */ };

struct json_field {
  const char *name;
  enum json_field_kind kind;
  enum json_need need;
  size_t offset;
  int64_t min, max;    /* text: code points; number: value; texts: count */
  const char *choices; /* text: "a|b|c", NULL for any */
};

#define JSON_KIND_OF(member)                                                                                           \
  _Generic((member), struct json_text: JSON_FIELD_TEXT, struct json_id: JSON_FIELD_ID,                                 \
           struct json_number: JSON_FIELD_NUMBER, struct json_flag: JSON_FIELD_FLAG,                                   \
           struct json_time: JSON_FIELD_TIME, struct json_texts: JSON_FIELD_TEXTS, struct json_raw: JSON_FIELD_RAW)

/* FIELD(struct tenant_create, name, REQUIRED, 1, 200): the JSON member has the C member's name. */
#define FIELD(type, member, need, min, max) FIELD_CHOICE(type, member, need, min, max, NULL)
#define FIELD_CHOICE(type, member, need, min, max, choices)                                                            \
  { #member, JSON_KIND_OF(((type *)0)->member), JSON_##need, offsetof(type, member), min, max, choices }

struct json_body {
  const char *name; /* the schema in the OpenAPI document: "TenantCreate" */
  const struct json_field *fields;
  size_t count;
};

/* A body table: BODY(tenant_create_body, "TenantCreate", FIELD(...), FIELD(...)); */
#define BODY(variable, schema, ...)                                                                                    \
  static const struct json_field variable##_fields[] = {__VA_ARGS__};                                                  \
  const struct json_body variable = {schema, variable##_fields, sizeof variable##_fields / sizeof *variable##_fields}

struct json_error {
  struct str field; /* "name", "name[3]" for an element, "" for the body itself; an unknown one is cut at 128 bytes */
  const char *code; /* "required", "unknown", "wrong_type", "too_short", "too_long", "out_of_range", "not_a_choice",
                       "malformed" */
  const char *message;
};

struct json_errors {
  const struct json_error *list;
  size_t count;
};

/* Fills the struct from an object. Every wrong field is named: R_MALFORMED and up to 64 errors in the arena, which are
   untouched after any other result. Text is well-formed UTF-8 without control characters and line separators. Where
   there are choices, they alone count, not the length. null is a value for NULLABLE and raw members alone. Absent
   members are zeroed. *target may be half filled after a failure. An empty text is the body's own error "required". */
RESULT json_decode(struct str text, const struct json_body *body, struct arena *arena, void *target,
                   struct json_errors *ret_errors);

/* The same for an object parsed before. */
RESULT json_decode_value(const struct json *object, const struct json_body *body, struct arena *arena, void *target,
                         struct json_errors *ret_errors);
