/* Single blocks of AES-256 through OpenSSL, which has them as ECB without padding. */
#include "crypto/block.h"
#include <openssl/evp.h>
#include <string.h>

static void context_free(EVP_CIPHER_CTX **context) { EVP_CIPHER_CTX_free(*context); }

static enum result run(const unsigned char *key, int encrypt, unsigned char block[CRYPTO_BLOCK])
{
  unsigned char out[2 * CRYPTO_BLOCK];
  int n = 0;
  EVP_CIPHER_CTX *context CLEANUP(context_free) = EVP_CIPHER_CTX_new();
  bool done = context && EVP_CipherInit_ex2(context, EVP_aes_256_ecb(), key, NULL, encrypt, NULL) == 1 &&
              EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
              EVP_CipherUpdate(context, out, &n, block, CRYPTO_BLOCK) == 1;
  if (!done || n != CRYPTO_BLOCK)
    return FAULT(R_INTERNAL);
  memcpy(block, out, CRYPTO_BLOCK);
  return R_OK;
}

RESULT crypto_block_seal(const struct crypto_keys *keys, enum crypto_purpose purpose,
                         unsigned char block[CRYPTO_BLOCK])
{
  return run(crypto_key_bytes(keys, purpose), 1, block);
}

RESULT crypto_block_open(const struct crypto_keys *keys, enum crypto_purpose purpose,
                         unsigned char block[CRYPTO_BLOCK])
{
  return run(crypto_key_bytes(keys, purpose), 0, block);
}
