/* AES-256-GCM through OpenSSL: a random nonce for each text; the purpose's name and the context authenticated with it.
   Trusts: nothing of a sealed text before its tag is verified. */
#include "crypto/seal.h"
#include "crypto/digest.h"
#include <openssl/evp.h>
#include <stdatomic.h>

enum { VERSION = 1, NONCE = 12, TAG = 16, HEAD = 1 + NONCE };
_Static_assert(HEAD + TAG == CRYPTO_SEAL_EXTRA, "the layout is the one that seal.h states");

static void context_free(EVP_CIPHER_CTX **context) { EVP_CIPHER_CTX_free(*context); }

/* Fetched once a process and kept: to fetch it each time costs half as much again as the whole opening of a token. */
static const EVP_CIPHER *cipher(void)
{
  static _Atomic(EVP_CIPHER *) kept;
  EVP_CIPHER *before = atomic_load(&kept);
  if (before)
    return before;
  EVP_CIPHER *fetched = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
  if (!fetched || atomic_compare_exchange_strong(&kept, &before, fetched))
    return fetched;
  EVP_CIPHER_free(fetched);
  return before;
}

/* The name's closing NUL goes in too, so that no name and context read like another pair. */
static bool authenticate(EVP_CIPHER_CTX *context, const struct crypto_binding *b)
{
  int n = 0;
  struct str name = crypto_key_name(b->purpose);
  bool good = EVP_CipherUpdate(context, NULL, &n, (const unsigned char *)name.p, (int)name.n + 1) == 1;
  if (!good || b->context.n == 0)
    return good;
  return EVP_CipherUpdate(context, NULL, &n, (const unsigned char *)b->context.p, (int)b->context.n) == 1;
}

/* Encrypts or decrypts all of `in`, up to the tag. */
static bool run(EVP_CIPHER_CTX *context, const struct crypto_binding *b, struct str in, unsigned char *out)
{
  int n = 0;
  if (b->context.n > CRYPTO_SEAL_MOST || !authenticate(context, b))
    return false;
  if (in.n == 0)
    return true;
  bool good = EVP_CipherUpdate(context, out, &n, (const unsigned char *)in.p, (int)in.n) == 1;
  return good && (size_t)n == in.n;
}

static EVP_CIPHER_CTX *start(const struct crypto_binding *b, const unsigned char *nonce, int encrypt)
{
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  const EVP_CIPHER *aes = cipher();
  bool started = context && aes &&
                 EVP_CipherInit_ex2(context, aes, crypto_key_bytes(b->keys, b->purpose), nonce, encrypt, NULL) == 1;
  if (started)
    return context;
  EVP_CIPHER_CTX_free(context);
  return NULL;
}

RESULT crypto_seal(const struct crypto_binding *binding, struct str plain, struct arena *arena, struct str *ret_sealed)
{
  if (plain.n > CRYPTO_SEAL_MOST)
    return R_TOO_LARGE;
  size_t size = plain.n + CRYPTO_SEAL_EXTRA;
  unsigned char *sealed = arena_alloc(arena, size);
  if (!sealed)
    return R_NO_MEMORY;
  sealed[0] = VERSION;
  TRY(crypto_random(sealed + 1, NONCE));
  EVP_CIPHER_CTX *context CLEANUP(context_free) = start(binding, sealed + 1, 1);
  unsigned char *tag = sealed + HEAD + plain.n;
  int n = 0;
  bool made = context && run(context, binding, plain, sealed + HEAD) && EVP_CipherFinal_ex(context, tag, &n) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, tag) == 1;
  if (!made)
    return FAULT(R_INTERNAL);
  *ret_sealed = (struct str){(const char *)sealed, size};
  return R_OK;
}

static bool open_into(const struct crypto_binding *b, struct str sealed, unsigned char *ret_plain)
{
  const unsigned char *bytes = (const unsigned char *)sealed.p;
  EVP_CIPHER_CTX *context CLEANUP(context_free) = start(b, bytes + 1, 0);
  struct str body = {sealed.p + HEAD, sealed.n - CRYPTO_SEAL_EXTRA};
  unsigned char tag[TAG], none[TAG];
  int n = 0;
  memcpy(tag, bytes + sealed.n - TAG, TAG);
  return context && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 &&
         run(context, b, body, ret_plain) && EVP_CipherFinal_ex(context, none, &n) == 1;
}

RESULT crypto_unseal_into(const struct crypto_binding *binding, struct str sealed, unsigned char *ret_plain)
{
  if (sealed.n < CRYPTO_SEAL_EXTRA || sealed.n - CRYPTO_SEAL_EXTRA > CRYPTO_SEAL_MOST || sealed.p[0] != VERSION)
    return R_NOT_FOUND;
  if (open_into(binding, sealed, ret_plain))
    return R_OK;
  secret_wipe(ret_plain, sealed.n - CRYPTO_SEAL_EXTRA);
  return R_NOT_FOUND;
}

RESULT crypto_unseal(const struct crypto_binding *binding, struct str sealed, struct arena *arena,
                     struct str *ret_plain)
{
  if (sealed.n < CRYPTO_SEAL_EXTRA || sealed.n - CRYPTO_SEAL_EXTRA > CRYPTO_SEAL_MOST)
    return R_NOT_FOUND;
  size_t n = sealed.n - CRYPTO_SEAL_EXTRA;
  unsigned char *plain = arena_alloc(arena, n + 1);
  if (!plain)
    return R_NO_MEMORY;
  TRY(crypto_unseal_into(binding, sealed, plain));
  *ret_plain = (struct str){(const char *)plain, n};
  return R_OK;
}
