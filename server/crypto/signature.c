/* ECDSA by OpenSSL, which speaks DER: what goes in and out of it is turned to r and s by lengths that are known.
   Trusts: nothing of a signature; of a key nothing before its halves belong together. */
#include "crypto/signature.h"
#include "base/secret.h"
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum { NUMBER = 32, POINT = 1 + 2 * NUMBER, UNCOMPRESSED = 4, SEQUENCE = 0x30, INTEGER = 0x02 };
/* Two integers with a sign byte each, and three heads. */
enum { DER_MOST = 2 + 2 * (2 + 1 + NUMBER) };

static EVP_PKEY *inside(const struct crypto_signature_key *key) { return (EVP_PKEY *)(uintptr_t)key; }

static void context_free(EVP_MD_CTX **context) { EVP_MD_CTX_free(*context); }
static void pkey_free(EVP_PKEY **pkey) { EVP_PKEY_free(*pkey); }
static void pkey_context_free(EVP_PKEY_CTX **context) { EVP_PKEY_CTX_free(*context); }
static void builder_free(OSSL_PARAM_BLD **builder) { OSSL_PARAM_BLD_free(*builder); }
static void params_free(OSSL_PARAM **params) { OSSL_PARAM_free(*params); }
static void number_free(BIGNUM **number) { BN_clear_free(*number); }

/* A number as a DER INTEGER: no zero in front but the one that keeps it positive. */
static size_t put_integer(const unsigned char number[NUMBER], unsigned char *out)
{
  size_t skip = 0;
  while (skip < NUMBER - 1 && number[skip] == 0)
    skip++;
  size_t sign = number[skip] >> 7, n = NUMBER - skip;
  out[0] = INTEGER;
  out[1] = (unsigned char)(sign + n);
  out[2] = 0;
  memcpy(out + 2 + sign, number + skip, n);
  return 2 + sign + n;
}

static size_t der_of(const unsigned char signature[CRYPTO_SIGNATURE], unsigned char ret_der[DER_MOST])
{
  size_t n = put_integer(signature, ret_der + 2);
  n += put_integer(signature + NUMBER, ret_der + 2 + n);
  ret_der[0] = SEQUENCE;
  ret_der[1] = (unsigned char)n;
  return 2 + n;
}

static bool take_integer(const unsigned char **at, const unsigned char *end, unsigned char ret_number[NUMBER])
{
  const unsigned char *p = *at;
  if (end - p < 2 || p[0] != INTEGER || p[1] == 0 || p[1] > 1 + NUMBER || end - p < 2 + p[1])
    return false;
  size_t n = p[1], sign = n > NUMBER;
  if ((sign && p[2] != 0) || (p[2] >> 7) != 0)
    return false;
  memset(ret_number, 0, NUMBER);
  memcpy(ret_number + NUMBER - (n - sign), p + 2 + sign, n - sign);
  *at = p + 2 + n;
  return true;
}

static bool signature_of(const unsigned char *der, size_t n, unsigned char ret_signature[CRYPTO_SIGNATURE])
{
  const unsigned char *at = der + 2, *end = der + n;
  return n >= 2 && n <= DER_MOST && der[0] == SEQUENCE && der[1] == n - 2 && take_integer(&at, end, ret_signature) &&
         take_integer(&at, end, ret_signature + NUMBER) && at == end;
}

RESULT crypto_signature_key_new(struct crypto_signature_key **ret_key)
{
  EVP_PKEY *pkey = EVP_EC_gen("P-256");
  if (!pkey)
    return FAULT(R_INTERNAL);
  *ret_key = (struct crypto_signature_key *)pkey;
  return R_OK;
}

RESULT crypto_signature_key_point(const struct crypto_signature_key *key,
                                  unsigned char ret_point[CRYPTO_SIGNATURE_POINT])
{
  unsigned char point[POINT];
  size_t n = 0;
  int got = EVP_PKEY_get_octet_string_param(inside(key), OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n);
  if (got != 1 || n != POINT || point[0] != UNCOMPRESSED)
    return FAULT(R_INTERNAL);
  memcpy(ret_point, point + 1, CRYPTO_SIGNATURE_POINT);
  return R_OK;
}

RESULT crypto_signature_key_export(const struct crypto_signature_key *key,
                                   unsigned char ret_bytes[CRYPTO_SIGNATURE_KEY])
{
  BIGNUM *number CLEANUP(number_free) = NULL;
  unsigned char bytes[CRYPTO_SIGNATURE_KEY];
  TRY(crypto_signature_key_point(key, bytes + NUMBER));
  bool got = EVP_PKEY_get_bn_param(inside(key), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
             BN_bn2binpad(number, bytes, NUMBER) == NUMBER;
  if (got)
    memcpy(ret_bytes, bytes, sizeof bytes);
  secret_wipe(bytes, sizeof bytes);
  return got ? R_OK : FAULT(R_INTERNAL);
}

static OSSL_PARAM *params_of(const unsigned char bytes[CRYPTO_SIGNATURE_KEY])
{
  OSSL_PARAM_BLD *builder CLEANUP(builder_free) = OSSL_PARAM_BLD_new();
  BIGNUM *number CLEANUP(number_free) = BN_secure_new();
  unsigned char point[POINT] = {UNCOMPRESSED};
  memcpy(point + 1, bytes + NUMBER, CRYPTO_SIGNATURE_POINT);
  bool good = builder && number && BN_bin2bn(bytes, NUMBER, number) &&
              OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
              OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT) == 1 &&
              OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1;
  return good ? OSSL_PARAM_BLD_to_param(builder) : NULL;
}

static bool blames_key(unsigned long said)
{
  static const int reasons[] = {EC_R_INVALID_PRIVATE_KEY, EC_R_POINT_IS_NOT_ON_CURVE, EC_R_INVALID_ENCODING};
  bool blames = false;
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    blames = blames || (ERR_GET_LIB(said) == ERR_LIB_EC && ERR_GET_REASON(said) == reasons[i]);
  return blames;
}

/* Why the last call of OpenSSL refused. It may blame a key after memory was out, and may say nothing at all: that one
   is bad is believed where it blames the key alone. Leaves nothing said. */
static enum result refusal(void)
{
  bool blamed = false, starved = false;
  for (unsigned long said = ERR_get_error(); said != 0; said = ERR_get_error()) {
    blamed = blamed || blames_key(said);
    starved = starved || ERR_GET_REASON(said) == ERR_R_MALLOC_FAILURE;
  }
  return blamed && !starved ? R_RULE : R_NO_MEMORY;
}

RESULT crypto_signature_key_load(const unsigned char bytes[CRYPTO_SIGNATURE_KEY], struct crypto_signature_key **ret_key)
{
  ERR_clear_error();
  OSSL_PARAM *params CLEANUP(params_free) = params_of(bytes);
  EVP_PKEY_CTX *from CLEANUP(pkey_context_free) = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  EVP_PKEY *pkey CLEANUP(pkey_free) = NULL;
  if (!params || !from || EVP_PKEY_fromdata_init(from) != 1)
    return R_NO_MEMORY;
  if (EVP_PKEY_fromdata(from, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
    return refusal();
  EVP_PKEY_CTX *check CLEANUP(pkey_context_free) = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
  if (!check)
    return R_NO_MEMORY;
  if (EVP_PKEY_check(check) != 1)
    return refusal();
  *ret_key = (struct crypto_signature_key *)pkey;
  pkey = NULL;
  return R_OK;
}

struct crypto_signature_key *crypto_signature_key_share(struct crypto_signature_key *key)
{
  return EVP_PKEY_up_ref(inside(key)) == 1 ? key : NULL;
}

void crypto_signature_key_free(struct crypto_signature_key **key)
{
  if (!key)
    return;
  EVP_PKEY_free(inside(*key));
  *key = NULL;
}

RESULT crypto_signature_make(const struct crypto_signature_key *key, struct str bytes,
                             unsigned char ret_signature[CRYPTO_SIGNATURE])
{
  EVP_MD_CTX *context CLEANUP(context_free) = EVP_MD_CTX_new();
  unsigned char der[DER_MOST], signature[CRYPTO_SIGNATURE];
  size_t n = sizeof der;
  if (!context)
    return R_NO_MEMORY;
  bool made = EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, inside(key), NULL) == 1 &&
              EVP_DigestSign(context, der, &n, (const unsigned char *)bytes.p, bytes.n) == 1;
  if (!made || !signature_of(der, n, signature))
    return FAULT(R_INTERNAL);
  memcpy(ret_signature, signature, sizeof signature);
  return R_OK;
}

RESULT crypto_signature_check(const struct crypto_signature_key *key, struct str bytes, struct str signature)
{
  if (signature.n != CRYPTO_SIGNATURE)
    return R_UNAUTHENTICATED;
  unsigned char der[DER_MOST];
  size_t n = der_of((const unsigned char *)signature.p, der);
  EVP_MD_CTX *context CLEANUP(context_free) = EVP_MD_CTX_new();
  if (!context)
    return R_NO_MEMORY;
  if (EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, inside(key), NULL) != 1)
    return FAULT(R_INTERNAL);
  int good = EVP_DigestVerify(context, der, n, (const unsigned char *)bytes.p, bytes.n);
  if (good == 1)
    return R_OK;
  return good == 0 ? R_UNAUTHENTICATED : FAULT(R_INTERNAL);
}
