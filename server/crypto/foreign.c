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

enum family { NONE, BCRYPT_FAMILY, SHA256_FAMILY, SHA512_FAMILY, ARGON2_FAMILY };

/* What a check costs, counted as its family counts: powers of two, rounds, KiB times passes. */
struct work {
  enum family family;
  uint64_t amount;
  struct crypto_cost cost; /* of Argon2 alone */
};

static RESULT within(struct work work, uint64_t each, unsigned most, struct work *ret_work)
{
  if (work.amount > each << most)
    return R_HASH_COSTLY;
  *ret_work = work;
  return R_OK;
}

static bool all_in(struct str text, const char *letters)
{
  for (size_t i = 0; i < text.n; i++)
    if (!text.p[i] || !strchr(letters, text.p[i]))
      return false;
  return true;
}

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* bcrypt: "$2b$12$" and 53 characters. */

static RESULT bcrypt_weigh(struct str hash, unsigned most, struct work *ret_work)
{
  unsigned long long cost;
  if (hash.n != BCRYPT || hash.p[3] != '$' || hash.p[6] != '$' || !strchr("aby", hash.p[2]) ||
      !str_number((struct str){hash.p + BCRYPT_COST, 2}, 31, &cost) || cost < 4 ||
      !all_in((struct str){hash.p + BCRYPT_HEAD, BCRYPT - BCRYPT_HEAD}, ALNUM "./"))
    return R_HASH_MALFORMED;
  return within((struct work){.family = BCRYPT_FAMILY, .amount = UINT64_C(1) << cost}, 1, most, ret_work);
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

/* From one power of two to a higher one are the powers between, with the lower one twice. */
static RESULT bcrypt_fill(struct str dearest, const struct work *whole, uint64_t done)
{
  char text[BCRYPT + 1];
  memcpy(text, dearest.p, BCRYPT);
  for (unsigned cost = 4; cost <= CRYPTO_FOREIGN_COST_MOST; cost++) {
    uint64_t power = UINT64_C(1) << cost;
    if (power < done || power >= whole->amount)
      continue;
    text[BCRYPT_COST] = (char)('0' + cost / 10);
    text[BCRYPT_COST + 1] = (char)('0' + cost % 10);
    (void)!bcrypt_check((struct str){text, BCRYPT}, STR("-"));
  }
  return R_OK;
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
static RESULT pbkdf2_weigh(struct str hash, unsigned most, struct work *ret_work)
{
  struct pbkdf2 parsed;
  TRY(pbkdf2_of(hash, &parsed));
  uint64_t rounds = (uint64_t)parsed.rounds;
  if (parsed.sha512)
    return within((struct work){.family = SHA512_FAMILY, .amount = rounds}, ROUNDS_SHA512, most, ret_work);
  rounds *= parsed.tag_n > SHA256_TAG ? 2 : 1;
  return within((struct work){.family = SHA256_FAMILY, .amount = rounds}, ROUNDS_SHA256, most, ret_work);
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

static RESULT pbkdf2_fill(struct str dearest, const struct work *whole, uint64_t done)
{
  unsigned char made[SHA256_TAG];
  const EVP_MD *digest = whole->family == SHA512_FAMILY ? EVP_sha512() : EVP_sha256();
  (void)dearest;
  int rounds = (int)(whole->amount - done);
  const unsigned char salt[] = {'-'};
  if (PKCS5_PBKDF2_HMAC("-", 1, salt, sizeof salt, rounds, digest, sizeof made, made) != 1)
    return FAULT(R_INTERNAL);
  return R_OK;
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

static RESULT argon2_weigh(struct str hash, unsigned most, struct work *ret_work)
{
  struct argon2 parsed;
  TRY(argon2_parse(hash, &parsed));
  struct crypto_cost cost = parsed.cost;
  struct work work = {ARGON2_FAMILY, (uint64_t)cost.memory * cost.passes, cost};
  return within(work, WORK_ARGON2, most, ret_work);
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

static RESULT argon2_spend(struct crypto_cost cost)
{
  static const unsigned char salt[CRYPTO_ARGON_SALT];
  unsigned char tag[CRYPTO_ARGON_TAG], password = '-';
  bool none = cost.passes == 0 || cost.memory < 8 * cost.lanes;
  return none ? R_OK : crypto_argon_tag(cost, (struct secret){&password, 1}, salt, tag);
}

/* In the memory of the dearest, whole passes and a part of one: what fits the processor's caches is done faster. */
static RESULT argon2_fill(struct str dearest, const struct work *whole, uint64_t done)
{
  uint64_t missing = whole->amount - done;
  uint32_t memory = whole->cost.memory, lanes = whole->cost.lanes;
  (void)dearest;
  TRY(argon2_spend((struct crypto_cost){memory, (uint32_t)(missing / memory), lanes}));
  return argon2_spend((struct crypto_cost){(uint32_t)(missing % memory), 1, lanes});
}

static const struct {
  struct str prefix;
  RESULT (*weigh)(struct str hash, unsigned most, struct work *ret_work);
  RESULT (*check)(struct str hash, struct str password);
  RESULT (*fill)(struct str dearest, const struct work *whole, uint64_t done);
} forms[] = {
    {{"$2", 2}, bcrypt_weigh, bcrypt_check, bcrypt_fill},
    {{"$pbkdf2-", 8}, pbkdf2_weigh, pbkdf2_check, pbkdf2_fill},
    {{"pbkdf2_", 7}, pbkdf2_weigh, pbkdf2_check, pbkdf2_fill},
    {{"$argon2id$", 10}, argon2_weigh, argon2_check, argon2_fill},
    {{"$argon2i$", 9}, argon2_weigh, argon2_check, argon2_fill},
};

enum { FORMS = sizeof forms / sizeof *forms };

static size_t form_of(struct str hash)
{
  size_t i = 0;
  while (i < FORMS && !str_starts(hash, forms[i].prefix))
    i++;
  return hash.n > CRYPTO_FOREIGN_MOST || (hash.n && memchr(hash.p, '\0', hash.n)) ? FORMS : i;
}

static RESULT weigh(struct str hash, unsigned most, struct work *ret_work)
{
  size_t form = form_of(hash);
  return form == FORMS ? R_HASH_MALFORMED : forms[form].weigh(hash, most, ret_work);
}

RESULT crypto_foreign_accept(struct str hash, unsigned most)
{
  struct work work;
  return weigh(hash, most, &work);
}

RESULT crypto_foreign_check(struct str hash, struct str password)
{
  if (crypto_foreign_accept(hash, CRYPTO_FOREIGN_COST_MOST) != R_OK)
    return R_LOGIN_FAILED;
  return forms[form_of(hash)].check(hash, password);
}

/* What a check against `done` has done of one against `dearest`. */
static uint64_t amount_of(const struct work *whole, struct str done)
{
  struct work part;
  bool same = weigh(done, CRYPTO_FOREIGN_COST_MOST, &part) == R_OK && part.family == whole->family;
  return same ? part.amount : 0;
}

bool crypto_foreign_covers(struct str dearest, struct str done)
{
  struct work whole;
  return weigh(dearest, CRYPTO_FOREIGN_COST_MOST, &whole) != R_OK || amount_of(&whole, done) >= whole.amount;
}

RESULT crypto_foreign_fill(struct str dearest, struct str done)
{
  struct work whole;
  if (crypto_foreign_covers(dearest, done) || weigh(dearest, CRYPTO_FOREIGN_COST_MOST, &whole) != R_OK)
    return R_OK;
  uint64_t amount = amount_of(&whole, done);
  if (amount > 0)
    return forms[form_of(dearest)].fill(dearest, &whole, amount);
  enum result r = forms[form_of(dearest)].check(dearest, STR("-"));
  return r == R_LOGIN_FAILED ? R_OK : r;
}
