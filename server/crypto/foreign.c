/* bcrypt by crypt(3) of libxcrypt, PBKDF2 by OpenSSL, Argon2 by libargon2. Trusts: nothing of a hash before its form
   and its cost are checked. */
#include "crypto/foreign.h"
#include "base/secret.h"
#include "crypto/argon.h"
#include <argon2.h>
#include <crypt.h>
#include <openssl/evp.h>

enum { BCRYPT = 60, BCRYPT_HEAD = 7, BCRYPT_COST = 4, BCRYPT_PASSWORD = 72 };
enum { TAG_LEAST = 16, TAG_MOST = 64, SALT_MOST = 64, SHA256_TAG = 32 };

/* What takes about as long as one of 2^cost in bcrypt. */
enum { ROUNDS_SHA256 = 160, ROUNDS_SHA512 = 64, WORK_ARGON2 = 64 };

/* What a check costs is counted as its family counts: powers of two, rounds, KiB times passes. */
static RESULT within(uint64_t work, uint64_t each, unsigned most) { return work > each << most ? R_HASH_COSTLY : R_OK; }

static bool all_in(struct str text, const char *letters)
{
  for (size_t i = 0; i < text.n; i++)
    if (!text.p[i] || !strchr(letters, text.p[i]))
      return false;
  return true;
}

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* bcrypt: "$2b$12$" and 53 characters. */

static RESULT bcrypt_accept(struct str hash, unsigned most)
{
  unsigned long long cost;
  if (hash.n != BCRYPT || hash.p[3] != '$' || hash.p[6] != '$' || !strchr("aby", hash.p[2]) ||
      !str_number((struct str){hash.p + BCRYPT_COST, 2}, 31, &cost) || cost < 4 ||
      !all_in((struct str){hash.p + BCRYPT_HEAD, BCRYPT - BCRYPT_HEAD}, ALNUM "./"))
    return R_HASH_MALFORMED;
  return within(UINT64_C(1) << cost, 1, most);
}

static RESULT bcrypt_check(struct str hash, struct str password)
{
  char setting[BCRYPT + 1], text[BCRYPT_PASSWORD + 1];
  struct crypt_data data = {0};
  size_t n = password.n < BCRYPT_PASSWORD ? password.n : BCRYPT_PASSWORD;
  memcpy(setting, hash.p, BCRYPT);
  setting[BCRYPT] = '\0';
  memcpy(text, password.p, n);
  text[n] = '\0';
  const char *made = crypt_rn(text, setting, &data, sizeof data);
  struct secret ours = {(unsigned char *)(uintptr_t)made, made ? strlen(made) : 0};
  bool same = made && secret_equal(ours, (struct secret){(unsigned char *)setting, BCRYPT});
  secret_wipe(text, sizeof text);
  secret_wipe(&data, sizeof data);
  return same && n == password.n ? R_OK : R_LOGIN_FAILED;
}

/* PBKDF2. */

struct pbkdf2 {
  bool sha512;
  int rounds;
  unsigned char salt[SALT_MOST], tag[TAG_MOST];
  size_t salt_n, tag_n;
};

/* Standard base64, and passlib's with '.' for '+'; padding may be left out. */
static bool base64(struct str text, size_t room, unsigned char *ret_bytes, size_t *ret_n)
{
  static const char letters[] = ALNUM "+/";
  unsigned bits = 0, count = 0;
  size_t n = 0;
  while (text.n > 0 && text.p[text.n - 1] == '=')
    text.n--;
  for (size_t i = 0; i < text.n; i++) {
    char c = text.p[i] == '.' ? '+' : text.p[i];
    const char *at = c ? strchr(letters, c) : NULL;
    if (!at)
      return false;
    bits = bits << 6 | (unsigned)(at - letters);
    count += 6;
    if (count < 8)
      continue;
    count -= 8;
    if (n == room)
      return false;
    ret_bytes[n++] = (unsigned char)(bits >> count & 0xFF);
  }
  *ret_n = n;
  return text.n % 4 != 1;
}

/* "29000" of passlib and Django, "i=29000" or "i=29000,l=32" of the PHC string form, where `l` is the bytes of the tag; 0: not said. */
static bool rounds_cut(struct str part, unsigned long long *ret_rounds, unsigned long long *ret_length)
{
  struct str first = str_cut(&part, ','), number = first, name = str_cut(&number, '=');
  *ret_length = 0;
  if (!number.p)
    return !part.p && str_number(first, UINT32_MAX, ret_rounds);
  if (!str_is(name, "i") || !str_number(number, UINT32_MAX, ret_rounds))
    return false;
  name = str_cut(&part, '=');
  return !name.p || (str_is(name, "l") && str_number(part, TAG_MOST, ret_length) && *ret_length > 0);
}

/* What stands behind the name: rounds, salt, tag. */
static RESULT pbkdf2_parse(struct str rest, bool plain_salt, struct pbkdf2 *parsed)
{
  unsigned long long rounds, length;
  struct str number = str_cut(&rest, '$'), salt = str_cut(&rest, '$');
  if (!rounds_cut(number, &rounds, &length) || rounds == 0 || salt.n == 0)
    return R_HASH_MALFORMED;
  if (plain_salt && salt.n <= SALT_MOST) {
    memcpy(parsed->salt, salt.p, salt.n);
    parsed->salt_n = salt.n;
  } else if (plain_salt || !base64(salt, SALT_MOST, parsed->salt, &parsed->salt_n)) {
    return R_HASH_MALFORMED;
  }
  if (!base64(rest, TAG_MOST, parsed->tag, &parsed->tag_n) || parsed->tag_n < TAG_LEAST ||
      (length > 0 && length != parsed->tag_n))
    return R_HASH_MALFORMED;
  if (rounds > (uint64_t)ROUNDS_SHA256 << CRYPTO_FOREIGN_COST_MOST)
    return R_HASH_COSTLY;
  parsed->rounds = (int)rounds;
  return R_OK;
}

static const struct {
  struct str prefix;
  bool sha512, plain_salt;
} pbkdf2s[] = {
    {{"$pbkdf2-sha256$", 15}, false, false},
    {{"$pbkdf2-sha512$", 15}, true, false},
    {{"pbkdf2_sha256$", 14}, false, true},
    {{"pbkdf2_sha512$", 14}, true, true},
};

static RESULT pbkdf2_of(struct str hash, struct pbkdf2 *ret_parsed)
{
  for (size_t i = 0; i < sizeof pbkdf2s / sizeof *pbkdf2s; i++) {
    struct str prefix = pbkdf2s[i].prefix;
    ret_parsed->sha512 = pbkdf2s[i].sha512;
    if (str_starts(hash, prefix))
      return pbkdf2_parse((struct str){hash.p + prefix.n, hash.n - prefix.n}, pbkdf2s[i].plain_salt, ret_parsed);
  }
  return R_HASH_MALFORMED;
}

/* A tag that is longer than the digest takes the rounds once for each part. */
static RESULT pbkdf2_accept(struct str hash, unsigned most)
{
  struct pbkdf2 parsed;
  TRY(pbkdf2_of(hash, &parsed));
  uint64_t rounds = (uint64_t)parsed.rounds;
  if (parsed.sha512)
    return within(rounds, ROUNDS_SHA512, most);
  rounds *= parsed.tag_n > SHA256_TAG ? 2 : 1;
  return within(rounds, ROUNDS_SHA256, most);
}

static RESULT pbkdf2_check(struct str hash, struct str password)
{
  struct pbkdf2 parsed;
  unsigned char made[TAG_MOST];
  if (pbkdf2_of(hash, &parsed) != R_OK)
    return R_LOGIN_FAILED;
  const EVP_MD *digest = parsed.sha512 ? EVP_sha512() : EVP_sha256();
  if (PKCS5_PBKDF2_HMAC(password.p, (int)password.n, parsed.salt, (int)parsed.salt_n, parsed.rounds, digest,
                        (int)parsed.tag_n, made) != 1)
    return FAULT(R_INTERNAL);
  bool same = secret_equal((struct secret){made, parsed.tag_n}, (struct secret){parsed.tag, parsed.tag_n});
  secret_wipe(made, sizeof made);
  return same ? R_OK : R_LOGIN_FAILED;
}

/* Argon2. */

static bool number_cut(struct str *rest, const char *letter, char separator, unsigned long long *ret_number)
{
  struct str part = str_cut(rest, separator), name = str_cut(&part, '=');
  return str_is(name, letter) && str_number(part, UINT32_MAX, ret_number);
}

struct argon2 {
  struct crypto_cost cost;
  unsigned char salt[CRYPTO_ARGON_MOST], tag[CRYPTO_ARGON_MOST];
  size_t salt_n, tag_n;
};

static RESULT argon2_parse(struct str hash, struct argon2 *parsed)
{
  unsigned long long version, memory, passes, lanes;
  struct str rest = hash;
  (void)str_cut(&rest, '$');
  (void)str_cut(&rest, '$');
  if (!number_cut(&rest, "v", '$', &version) || version != ARGON2_VERSION_13 || !number_cut(&rest, "m", ',', &memory) ||
      !number_cut(&rest, "t", ',', &passes) || !number_cut(&rest, "p", '$', &lanes) || lanes == 0 || passes == 0 ||
      memory < 8 * lanes)
    return R_HASH_MALFORMED;
  struct str salt = str_cut(&rest, '$');
  if (salt.n < 11 || rest.n < 22 || !all_in(salt, ALNUM "+/") || !all_in(rest, ALNUM "+/") ||
      !base64(salt, sizeof parsed->salt, parsed->salt, &parsed->salt_n) ||
      !base64(rest, sizeof parsed->tag, parsed->tag, &parsed->tag_n))
    return R_HASH_MALFORMED;
  if (memory > CRYPTO_FOREIGN_MEMORY_MOST || passes > CRYPTO_COST_PASSES_MOST || lanes > CRYPTO_COST_LANES_MOST)
    return R_HASH_COSTLY;
  parsed->cost = (struct crypto_cost){(uint32_t)memory, (uint32_t)passes, (uint32_t)lanes};
  return R_OK;
}

static RESULT argon2_accept(struct str hash, unsigned most)
{
  struct argon2 parsed;
  TRY(argon2_parse(hash, &parsed));
  return within((uint64_t)parsed.cost.memory * parsed.cost.passes, WORK_ARGON2, most);
}

static RESULT argon2_check(struct str hash, struct str password)
{
  struct argon2 parsed;
  unsigned char made[CRYPTO_ARGON_MOST];
  if (argon2_parse(hash, &parsed) != R_OK)
    return R_LOGIN_FAILED;
  struct crypto_argon by = {.cost = parsed.cost,
                            .salt = {(const char *)parsed.salt, parsed.salt_n},
                            .blind = str_starts(hash, STR("$argon2i$"))};
  struct secret secret = {(unsigned char *)(uintptr_t)password.p, password.n};
  TRY(crypto_argon_compute(&by, secret, parsed.tag_n, made));
  bool same = secret_equal((struct secret){made, parsed.tag_n}, (struct secret){parsed.tag, parsed.tag_n});
  secret_wipe(made, sizeof made);
  return same ? R_OK : R_LOGIN_FAILED;
}

static const struct {
  struct str prefix;
  RESULT (*accept)(struct str hash, unsigned most);
  RESULT (*check)(struct str hash, struct str password);
} forms[] = {
    {{"$2", 2}, bcrypt_accept, bcrypt_check},
    {{"$pbkdf2-", 8}, pbkdf2_accept, pbkdf2_check},
    {{"pbkdf2_", 7}, pbkdf2_accept, pbkdf2_check},
    {{"$argon2id$", 10}, argon2_accept, argon2_check},
    {{"$argon2i$", 9}, argon2_accept, argon2_check},
};

enum { FORMS = sizeof forms / sizeof *forms };

static size_t form_of(struct str hash)
{
  size_t i = 0;
  while (i < FORMS && !str_starts(hash, forms[i].prefix))
    i++;
  return hash.n > CRYPTO_FOREIGN_MOST || (hash.n && memchr(hash.p, '\0', hash.n)) ? FORMS : i;
}

RESULT crypto_foreign_accept(struct str hash, unsigned most)
{
  size_t form = form_of(hash);
  return form == FORMS ? R_HASH_MALFORMED : forms[form].accept(hash, most);
}

RESULT crypto_foreign_check(struct str hash, struct str password)
{
  if (crypto_foreign_accept(hash, CRYPTO_FOREIGN_COST_MOST) != R_OK)
    return R_LOGIN_FAILED;
  return forms[form_of(hash)].check(hash, password);
}
