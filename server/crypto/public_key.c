/* Public keys by OpenSSL: each is taken apart into its numbers and built anew from them, so that nothing else of how it
   was written stays. Trusts: nothing of a key before its numbers were checked. */
#include "crypto/public_key.h"
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum {
  POINT = 1 + 2 * CRYPTO_PUBLIC_COORDINATE,
  UNCOMPRESSED = 4,
  PEM_MOST = 8192,
  EXPONENT_LEAST = 65537,
  EXPONENT_BYTES = 8
};

static void bio_free(BIO **bio) { BIO_free(*bio); }
static void bytes_free(unsigned char **bytes) { OPENSSL_free(*bytes); }
static void text_free(char **text) { OPENSSL_free(*text); }
static void pkey_free(EVP_PKEY **pkey) { EVP_PKEY_free(*pkey); }
static void context_free(EVP_PKEY_CTX **context) { EVP_PKEY_CTX_free(*context); }
static void builder_free(OSSL_PARAM_BLD **builder) { OSSL_PARAM_BLD_free(*builder); }
static void params_free(OSSL_PARAM **params) { OSSL_PARAM_free(*params); }
static void number_free(BIGNUM **number) { BN_free(*number); }

static bool push_point(OSSL_PARAM_BLD *builder, struct str x, struct str y, unsigned char point[POINT])
{
  point[0] = UNCOMPRESSED;
  memcpy(point + 1, x.p, x.n);
  memcpy(point + 1 + x.n, y.p, y.n);
  return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
         OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT) == 1;
}

/* The key of numbers that have the right lengths. */
static enum result build(enum crypto_public_kind kind, struct str first, struct str second, EVP_PKEY **ret_pkey)
{
  unsigned char point[POINT];
  OSSL_PARAM_BLD *builder CLEANUP(builder_free) = OSSL_PARAM_BLD_new();
  OSSL_PARAM *params CLEANUP(params_free) = NULL;
  BIGNUM *n CLEANUP(number_free) = BN_bin2bn((const unsigned char *)first.p, (int)first.n, NULL);
  BIGNUM *e CLEANUP(number_free) = BN_bin2bn((const unsigned char *)second.p, (int)second.n, NULL);
  EVP_PKEY_CTX *from CLEANUP(context_free) =
      EVP_PKEY_CTX_new_from_name(NULL, kind == CRYPTO_PUBLIC_EC ? "EC" : "RSA", NULL);
  if (!builder || !n || !e || !from)
    return R_NO_MEMORY;
  bool pushed = kind == CRYPTO_PUBLIC_EC ? push_point(builder, first, second, point)
                                         : OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
                                               OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1;
  if (!pushed || !(params = OSSL_PARAM_BLD_to_param(builder)) || EVP_PKEY_fromdata_init(from) != 1)
    return R_NO_MEMORY;
  return EVP_PKEY_fromdata(from, ret_pkey, EVP_PKEY_PUBLIC_KEY, params) == 1 ? R_OK : R_RULE;
}

static enum result write_pem(EVP_PKEY *pkey, struct arena *arena, struct str *ret_pem)
{
  BIO *out CLEANUP(bio_free) = BIO_new(BIO_s_mem());
  char *text;
  if (!out || PEM_write_bio_PUBKEY(out, pkey) != 1)
    return R_NO_MEMORY;
  long n = BIO_get_mem_data(out, &text);
  *ret_pem = arena_copy(arena, (struct str){text, n > 0 ? (size_t)n : 0});
  return ret_pem->p && n > 0 ? R_OK : R_NO_MEMORY;
}

static bool is_exponent(struct str e)
{
  uint64_t number = 0;
  if (e.n == 0 || e.n > EXPONENT_BYTES || e.p[0] == 0)
    return false;
  for (size_t i = 0; i < e.n; i++)
    number = number << 8 | (unsigned char)e.p[i];
  return number >= EXPONENT_LEAST && number & 1;
}

static bool fits(enum crypto_public_kind kind, struct str first, struct str second)
{
  if (kind == CRYPTO_PUBLIC_EC)
    return first.n == CRYPTO_PUBLIC_COORDINATE && second.n == CRYPTO_PUBLIC_COORDINATE;
  if (first.n < CRYPTO_PUBLIC_RSA_LEAST / 8 || first.n > CRYPTO_PUBLIC_RSA_MOST / 8 || first.p[0] == 0)
    return false;
  /* Of the shortest, every bit must be there. */
  return (first.n > CRYPTO_PUBLIC_RSA_LEAST / 8 || (first.p[0] & 0x80)) && is_exponent(second);
}

static enum result make_once(enum crypto_public_kind kind, struct str first, struct str second, struct arena *arena,
                             struct crypto_public_key *ret_key)
{
  EVP_PKEY *pkey CLEANUP(pkey_free) = NULL;
  struct crypto_public_key key = {.kind = kind, .first = arena_copy(arena, first), .second = arena_copy(arena, second)};
  if (!fits(kind, first, second))
    return R_RULE;
  if (!key.first.p || !key.second.p)
    return R_NO_MEMORY;
  enum result r = build(kind, first, second, &pkey);
  if (r == R_OK) {
    EVP_PKEY_CTX *check CLEANUP(context_free) = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    r = !check ? R_NO_MEMORY : EVP_PKEY_public_check(check) == 1 ? R_OK : R_RULE;
  }
  ERR_clear_error();
  TRY(r);
  TRY(write_pem(pkey, arena, &key.pem));
  *ret_key = key;
  return R_OK;
}

/* OpenSSL blames a key for want of memory too: what it says of one is believed while it takes one that is good, that
   of RFC 7515 A.3. */
static enum result believe(enum result said, struct arena *arena)
{
  static const struct str x = {"\x7f\xcd\xce\x27\x70\xf6\xc4\x5d\x41\x83\xcb\xee\x6f\xdb\x4b\x7b"
                               "\x58\x07\x33\x35\x7b\xe9\xef\x13\xba\xcf\x6e\x3c\x7b\xd1\x54\x45", 32},
                          y = {"\xc7\xf1\x44\xcd\x1b\xbd\x9b\x7e\x87\x2c\xdf\xed\xb9\xee\xb9\xf4"
                               "\xb3\x69\x5d\x6e\xa9\x0b\x24\xad\x8a\x46\x23\x28\x85\x88\xe5\xad", 32};
  struct crypto_public_key good;
  return make_once(CRYPTO_PUBLIC_EC, x, y, arena, &good) == R_OK ? said : R_NO_MEMORY;
}

RESULT crypto_public_key_make(enum crypto_public_kind kind, struct str first, struct str second, struct arena *arena,
                              struct crypto_public_key *ret_key)
{
  enum result r = make_once(kind, first, second, arena, ret_key);
  if (r == R_RULE)
    r = make_once(kind, first, second, arena, ret_key);
  return r == R_RULE ? believe(r, arena) : r;
}

/* A number of the key's, big-endian without a zero in front. */
static enum result take_number(const EVP_PKEY *pkey, const char *name, struct arena *arena, struct str *ret_bytes)
{
  BIGNUM *number CLEANUP(number_free) = NULL;
  if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
    return R_RULE;
  size_t n = (size_t)BN_num_bytes(number);
  unsigned char *bytes = arena_alloc(arena, n + 1);
  if (!bytes)
    return R_NO_MEMORY;
  BN_bn2bin(number, bytes);
  *ret_bytes = (struct str){(const char *)bytes, n};
  return R_OK;
}

static enum result remake(const EVP_PKEY *pkey, struct arena *arena, struct crypto_public_key *ret_key)
{
  unsigned char point[POINT];
  char curve[32] = "";
  size_t n = 0;
  struct str first, second;
  if (EVP_PKEY_is_a(pkey, "RSA")) {
    TRY(take_number(pkey, OSSL_PKEY_PARAM_RSA_N, arena, &first));
    TRY(take_number(pkey, OSSL_PKEY_PARAM_RSA_E, arena, &second));
    return make_once(CRYPTO_PUBLIC_RSA, first, second, arena, ret_key);
  }
  bool known = EVP_PKEY_is_a(pkey, "EC") && EVP_PKEY_get_group_name(pkey, curve, sizeof curve, &n) == 1 &&
               strcmp(curve, "prime256v1") == 0 &&
               EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n) == 1;
  if (!known || n != POINT || point[0] != UNCOMPRESSED)
    return R_RULE;
  first = (struct str){(const char *)point + 1, CRYPTO_PUBLIC_COORDINATE};
  second = (struct str){first.p + first.n, CRYPTO_PUBLIC_COORDINATE};
  return make_once(CRYPTO_PUBLIC_EC, first, second, arena, ret_key);
}

/* Without line ends and blanks at either side. */
static struct str bare(struct str s)
{
  while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]) && s.p[s.n - 1])
    s.n--;
  while (s.n > 0 && strchr(" \t\r\n", s.p[0]) && s.p[0]) {
    s.p++;
    s.n--;
  }
  return s;
}

static enum result read_once(struct str pem, struct arena *arena, struct crypto_public_key *ret_key)
{
  struct str text = bare(pem);
  char *name CLEANUP(text_free) = NULL, *header CLEANUP(text_free) = NULL;
  unsigned char *der CLEANUP(bytes_free) = NULL;
  EVP_PKEY *pkey CLEANUP(pkey_free) = NULL;
  long n = 0;
  if (text.n == 0 || text.n > PEM_MOST || !str_starts(text, STR("-----BEGIN PUBLIC KEY-----")))
    return R_MALFORMED;
  BIO *in CLEANUP(bio_free) = BIO_new_mem_buf(text.p, (int)text.n);
  if (!in)
    return R_NO_MEMORY;
  if (PEM_read_bio(in, &name, &header, &der, &n) == 1 && strcmp(header, "") == 0 && BIO_pending(in) == 0) {
    const unsigned char *at = der;
    pkey = d2i_PUBKEY(NULL, &at, n);
    if (at != der + n) {
      EVP_PKEY_free(pkey);
      pkey = NULL;
    }
  }
  ERR_clear_error();
  return pkey ? remake(pkey, arena, ret_key) : R_MALFORMED;
}

RESULT crypto_public_key_read(struct str pem, struct arena *arena, struct crypto_public_key *ret_key)
{
  enum result r = read_once(pem, arena, ret_key);
  if (r == R_RULE || r == R_MALFORMED)
    r = read_once(pem, arena, ret_key);
  return r == R_RULE || r == R_MALFORMED ? believe(r, arena) : r;
}
