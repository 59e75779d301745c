/* One block of a number and zeros, which hold it against what was made up. Trusts: nothing of a text before the zeros
   are there. */
#include "authn/revision.h"
#include "crypto/block.h"

_Static_assert((int)AUTHN_REVISION_BYTES == (int)CRYPTO_BLOCK, "a revision is one block");

RESULT authn_revision_seal(const struct crypto_keys *keys, uint64_t revision, char ret_text[AUTHN_REVISION_TEXT])
{
  unsigned char block[CRYPTO_BLOCK] = {0};
  for (size_t i = 0; i < sizeof revision; i++)
    block[i] = (unsigned char)(revision >> 8 * i);
  TRY(crypto_block_seal(keys, CRYPTO_REVISION, block));
  ret_text[text_base64url_encode(block, sizeof block, ret_text)] = '\0';
  return R_OK;
}

RESULT authn_revision_open(const struct crypto_keys *keys, struct str text, uint64_t *ret_revision)
{
  unsigned char block[CRYPTO_BLOCK], rest = 0;
  uint64_t revision = 0;
  size_t n;
  if (!text_base64url_decode(text, sizeof block, block, &n) || n != sizeof block)
    return R_NOT_FOUND;
  TRY(crypto_block_open(keys, CRYPTO_REVISION, block));
  for (size_t i = sizeof block; i-- > 0;) {
    rest |= i < sizeof revision ? 0 : block[i];
    revision = i < sizeof revision ? revision << 8 | block[i] : 0;
  }
  if (rest)
    return R_NOT_FOUND;
  *ret_revision = revision;
  return R_OK;
}
