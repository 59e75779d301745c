/* What a job is to load: taken in pieces of any size, kept sealed in parts, given back from any place. */
#pragma once
#include "domain/change.h"
#include "store/import.h"

enum { IMPORT_PART = 256 << 10 };

/* Bytes that follow what was received before. */
struct import_piece {
  struct uuid job;
  int64_t received; /* before it */
  struct str bytes;
};
/* Keeps the piece in the change's transaction, which holds the job, and says so in it. Queued. */
RESULT import_content_put(const struct change *change, const struct import_piece *piece);

/* What stands at `from` and behind it, at most so many parts of it; `call` has the job's transaction. */
RESULT import_content_read(const struct crypto_keys *keys, const struct store_call *call, const struct uuid *job,
                           const struct store_import_span *span, struct str *ret_bytes);
