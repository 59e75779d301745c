/* Seals and unseals the parts of a content. Each but the last is full, so that every place has one part. */
#include "import/content.h"
#include "base/buf.h"
#include "crypto/seal.h"

static int64_t part_of(int64_t place) { return place - place % IMPORT_PART; }

/* A part that is put elsewhere, or cut short, does not unseal. */
static RESULT binding_of(const struct crypto_keys *keys, const struct uuid *job, const struct store_import_part *part,
                         struct arena *arena, struct crypto_binding *ret_binding)
{
  char id[UUID_TEXT];
  uuid_format(job, id);
  struct str context = arena_print(arena, "import|%s|%lld|%lld", id, (long long)part->begins, (long long)part->ends);
  *ret_binding = (struct crypto_binding){keys, CRYPTO_IMPORT, context};
  return context.p ? R_OK : R_NO_MEMORY;
}

RESULT import_content_read(const struct crypto_keys *keys, const struct store_call *call, const struct uuid *job,
                           const struct store_import_span *span, struct str *ret_bytes)
{
  const struct store_import_span whole = {part_of(span->from), span->limit};
  struct buf bytes = buf_in(call->arena, (size_t)span->limit * IMPORT_PART + 1);
  const struct store_import_part *parts;
  size_t count;
  TRY(store_import_part_read(call, job, &whole, &parts, &count));
  for (size_t i = 0; i < count; i++) {
    struct crypto_binding binding;
    struct str plain;
    TRY(binding_of(keys, job, &parts[i], call->arena, &binding));
    enum result r = crypto_unseal(&binding, parts[i].sealed, call->arena, &plain);
    if (r != R_OK)
      return r == R_NOT_FOUND ? FAULT(R_INTERNAL) : r;
    buf_put(&bytes, plain);
  }
  struct str all = buf_str(&bytes);
  size_t before = (size_t)(span->from - whole.from);
  if (!all.p)
    return R_NO_MEMORY;
  *ret_bytes = before < all.n ? (struct str){all.p + before, all.n - before} : (struct str){all.p + all.n, 0};
  return R_OK;
}

static RESULT put_part(const struct change *change, const struct uuid *job, int64_t begins, struct str plain)
{
  struct store_import_part part = {.begins = begins, .ends = begins + (int64_t)plain.n};
  struct crypto_binding binding;
  TRY(binding_of(change->domain->keys, job, &part, change->arena, &binding));
  TRY(crypto_seal(&binding, plain, change->arena, &part.sealed));
  return store_import_part_put(change->tx, job, &part);
}

/* The part that is not full yet, and behind it what is new of it. */
static RESULT fill_up(const struct change *change, const struct import_piece *piece, struct str *rest)
{
  struct store_call call = {.pool = change->domain->app, .arena = change->arena, .tx = change->tx};
  const struct store_import_span last = {part_of(piece->received), 1};
  struct buf text = buf_in(change->arena, IMPORT_PART);
  struct str before;
  TRY(import_content_read(change->domain->keys, &call, &piece->job, &last, &before));
  size_t room = IMPORT_PART - before.n, n = rest->n < room ? rest->n : room;
  buf_put(&text, before);
  buf_put(&text, (struct str){rest->p, n});
  struct str all = buf_str(&text);
  if (!all.p)
    return R_NO_MEMORY;
  *rest = (struct str){rest->p + n, rest->n - n};
  return put_part(change, &piece->job, last.from, all);
}

RESULT import_content_put(const struct change *change, const struct import_piece *piece)
{
  struct str rest = piece->bytes;
  int64_t end = piece->received + (int64_t)rest.n;
  if (piece->received % IMPORT_PART > 0 && rest.n > 0)
    TRY(fill_up(change, piece, &rest));
  while (rest.n > 0) {
    size_t n = rest.n < IMPORT_PART ? rest.n : IMPORT_PART;
    TRY(put_part(change, &piece->job, end - (int64_t)rest.n, (struct str){rest.p, n}));
    rest = (struct str){rest.p + n, rest.n - n};
  }
  return store_import_receive(change->tx, &piece->job, end);
}
