/* One place for each digest of an external_id: what comes later takes it. */
#include "import/memo.h"
#include "crypto/digest.h"

enum { PLACES = 1 << 14 };

struct place {
  unsigned char digest[CRYPTO_DIGEST];
  struct uuid tenant;
  bool known; /* else nothing is here */
};

struct import_memo {
  struct place places[PLACES];
};

RESULT import_memo_new(struct arena *arena, struct import_memo **ret_memo)
{
  struct import_memo *memo = arena_alloc(arena, sizeof *memo);
  if (!memo)
    return R_NO_MEMORY;
  *ret_memo = memo;
  return R_OK;
}

/* Where it is or would be; false when there is no digest. */
static bool locate(struct str external_id, unsigned char ret_digest[CRYPTO_DIGEST], size_t *ret_at)
{
  if (crypto_digest(external_id, ret_digest) != R_OK)
    return false;
  *ret_at = (ret_digest[0] | (size_t)ret_digest[1] << 8) % PLACES;
  return true;
}

bool import_memo_find(const struct import_memo *memo, struct str external_id, struct uuid *ret_tenant)
{
  unsigned char digest[CRYPTO_DIGEST];
  size_t at;
  if (!locate(external_id, digest, &at))
    return false;
  const struct place *place = &memo->places[at];
  if (!place->known || memcmp(place->digest, digest, sizeof digest) != 0)
    return false;
  *ret_tenant = place->tenant;
  return true;
}

void import_memo_put(struct import_memo *memo, struct str external_id, const struct uuid *tenant)
{
  unsigned char digest[CRYPTO_DIGEST];
  size_t at;
  if (!locate(external_id, digest, &at))
    return;
  memcpy(memo->places[at].digest, digest, sizeof digest);
  memo->places[at].tenant = *tenant;
  memo->places[at].known = true;
}

void import_memo_forget(struct import_memo *memo, struct str external_id)
{
  unsigned char digest[CRYPTO_DIGEST];
  size_t at;
  if (locate(external_id, digest, &at))
    memo->places[at].known = false;
}
