/* Comma-separated values (RFC 4180) as rows of an import. A record is a line: no value that a row may
   have holds a line break, so that a quote that is never closed spoils its own line alone. */
#pragma once
#include "base/buf.h"
#include "base/result.h"
#include "import/row.h"

enum { IMPORT_CSV_COLUMNS = 32 };

struct import_csv_header {
  struct str names[IMPORT_CSV_COLUMNS];
  size_t count;
  const char *kind; /* of rows that do not say theirs: "user"; NULL: each does */
};

/* R_MALFORMED, with what is wrong: a name that no row has, one twice, none for the kind where rows may be of any.
   `kind` as in the header. */
RESULT import_csv_open(struct str line, const char *kind, struct arena *arena, struct import_csv_header *ret_header,
                       struct str *ret_wrong);

/* The line as the JSON of a row: an empty field is left out, \N is null, items of a list stand between semicolons or in
   an array of JSON, and what base/csv.h puts before a field is taken off.
   R_MALFORMED, with what is wrong: more or fewer fields than the header has, quotes where none may be. */
RESULT import_csv_read(const struct import_csv_header *header, struct str line, struct arena *arena,
                       struct str *ret_json, struct str *ret_wrong);
