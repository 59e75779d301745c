/* CSV by RFC 4180, which no spreadsheet takes for formulas. */
#pragma once
#include "base/buf.h"

/* One field. Before one that begins with = + - @ tab CR NUL or with an apostrophe, and before CSV_NOTHING, stands an
   apostrophe: a spreadsheet shows it as text, and who reads it back takes one away from every field that begins with
   one. .p NULL: an empty field, as an empty text. */
void csv_put(struct buf *b, struct str field);

/* What stands for no value where an empty field says nothing. */
#define CSV_NOTHING "\\N"

/* A field as csv_put had it, of one out of its quotes. The apostrophe before what needs none was always there. */
struct str csv_bare(struct str field);

/* The end of a record. */
void csv_end(struct buf *b);
