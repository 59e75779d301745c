/* Any bytes as a request body: what is accepted is written and read again as the same, what is refused is named. */
#include "json/body.h"
#include "json/write.h"
#include <stdlib.h>

struct sample {
  struct json_text name;
  struct json_id id;
  struct json_number count;
  struct json_flag enabled;
  struct json_time at;
  struct json_texts emails;
  struct json_raw settings;
};

BODY(sample_body, "Sample", FIELD(struct sample, name, REQUIRED, 1, 5), FIELD(struct sample, id, NULLABLE, 0, 0),
     FIELD(struct sample, count, OPTIONAL, -1, 10), FIELD(struct sample, enabled, OPTIONAL, 0, 0),
     FIELD(struct sample, at, NULLABLE, 0, 0), FIELD(struct sample, emails, OPTIONAL, 0, 3),
     FIELD(struct sample, settings, OPTIONAL, 0, 0));

static void must(bool holds)
{
  if (!holds)
    abort();
}

/* Writes the value; false when it holds a real number, which the service never writes. */
static bool rewrite(struct json_writer *w, const struct json *value)
{
  int64_t number;
  bool flag, whole = json_kind(value) != JSON_KIND_REAL, object = json_kind(value) == JSON_KIND_OBJECT;
  if (json_kind(value) < JSON_KIND_ARRAY) {
    if (json_int(value, &number))
      json_put_int(w, number);
    else if (json_bool(value, &flag))
      json_put_bool(w, flag);
    else
      json_put_text(w, json_str(value));
    return whole;
  }
  struct str name;
  const struct json *member;
  json_open(w, object ? '{' : '[');
  for (void *at = NULL; json_each(value, &at, &name, &member);) {
    json_key(w, name.p);
    whole &= rewrite(w, member);
  }
  for (size_t i = 0; !object && i < json_count(value); i++)
    whole &= rewrite(w, json_at(value, i));
  json_close(w, object ? '}' : ']');
  return whole;
}

static void round_trip(struct str text)
{
  struct arena *arena CLEANUP(arena_free) = arena_new(64 << 20);
  const struct json *value = NULL;
  enum result r = json_parse(text, arena, &value);
  must(json_same(text, text) == (r == R_OK));
  if (r != R_OK) {
    must(r == R_MALFORMED || r == R_TOO_LARGE);
    return;
  }
  struct buf out = buf_in(arena, 8 << 20);
  struct json_writer w = json_writer_on(&out);
  if (rewrite(&w, value))
    must(json_same(buf_str(&out), text));
}

static void decode(struct str text)
{
  struct arena *arena CLEANUP(arena_free) = arena_new(64 << 20);
  struct sample sample;
  struct json_errors errors = {0};
  enum result r = json_decode(text, &sample_body, arena, &sample, &errors);
  must((r == R_MALFORMED) == (errors.count > 0) && errors.count <= 64);
  for (size_t i = 0; i < errors.count; i++)
    must(errors.list[i].field.n <= 128 && errors.list[i].code && errors.list[i].message);
  if (r == R_OK)
    must(sample.name.value.n >= 1 && (!sample.count.present || sample.count.value <= 10));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
  round_trip((struct str){(const char *)data, n});
  decode((struct str){(const char *)data, n});
  return 0;
}
