/* Writing JSON into a buf: commas and escapes are kept right, failures stick in the buf. */
#pragma once
#include "base/buf.h"
#include "base/uuid.h"
#include <stdint.h>

struct json_writer {
  struct buf *out;
  bool comma; /* the next value needs one before it */
};

struct json_writer json_writer_on(struct buf *out);
void json_open(struct json_writer *w, char bracket);  /* '{' or '[' */
void json_close(struct json_writer *w, char bracket); /* '}' or ']' */
void json_key(struct json_writer *w, const char *name);
void json_put_text(struct json_writer *w, struct str text); /* .p NULL: null */
void json_put_int(struct json_writer *w, int64_t number);
void json_put_bool(struct json_writer *w, bool flag);
void json_put_uuid(struct json_writer *w, const struct uuid *uuid); /* NULL: null */
void json_put_time(struct json_writer *w, int64_t time);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, struct str json); /* already JSON, from SQL; empty: null */
