/* Argon2id over HMAC-SHA-256(pepper, password): a stolen database alone cannot be guessed against.
   Trusts: nothing of a stored hash before its form and its cost are checked. */
#include "crypto/hash.h"
#include "base/text.h"
#include "crypto/argon.h"
#include "crypto/digest.h"
#include "crypto/foreign.h"
#include <argon2.h>
#include <pthread.h>
#include <stdio.h>

enum { SALT_TEXT = TEXT_BASE64URL_LENGTH(CRYPTO_ARGON_SALT), TAG_TEXT = TEXT_BASE64URL_LENGTH(CRYPTO_ARGON_TAG) };

/* Turns at computing: who waits for the database meanwhile takes none. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t free;
  unsigned most, taken;
  uint64_t all;
} turns = {.lock = PTHREAD_MUTEX_INITIALIZER, .free = PTHREAD_COND_INITIALIZER};

void crypto_hash_at_once(unsigned most)
{
  turns.most = most;
  crypto_argon_keep(most);
}

static void take_turn(void)
{
  pthread_mutex_lock(&turns.lock);
  while (turns.most > 0 && turns.taken >= turns.most)
    pthread_cond_wait(&turns.free, &turns.lock);
  turns.taken++;
  turns.all++;
  pthread_mutex_unlock(&turns.lock);
}

static void give_turn(void)
{
  pthread_mutex_lock(&turns.lock);
  turns.taken--;
  pthread_cond_signal(&turns.free);
  pthread_mutex_unlock(&turns.lock);
}

uint64_t crypto_hash_count(unsigned *ret_now)
{
  pthread_mutex_lock(&turns.lock);
  uint64_t all = turns.all;
  *ret_now = turns.taken;
  pthread_mutex_unlock(&turns.lock);
  return all;
}

struct crypto_cost crypto_cost_default(void) { return (struct crypto_cost){19 * 1024, 2, 1}; }

static bool cost_within(struct crypto_cost c)
{
  return c.lanes >= ARGON2_MIN_LANES && c.lanes <= CRYPTO_COST_LANES_MOST && c.passes >= ARGON2_MIN_TIME &&
         c.passes <= CRYPTO_COST_PASSES_MOST && c.memory >= 8 * c.lanes && c.memory <= CRYPTO_COST_MEMORY_MOST;
}

/* "m=19456" with the letter asked for, up to the next separator. */
static bool number_cut(struct str *rest, const char *letter, char separator, uint32_t *ret_number)
{
  unsigned long long number;
  struct str part = str_cut(rest, separator), name = str_cut(&part, '=');
  if (!str_is(name, letter) || !str_number(part, UINT32_MAX, &number))
    return false;
  *ret_number = (uint32_t)number;
  return true;
}

struct parsed {
  struct crypto_cost cost;
  unsigned char salt[CRYPTO_ARGON_SALT], tag[CRYPTO_ARGON_TAG];
};

/* $argon2id$v=19$m=M,t=T,p=P$salt$tag as crypto_hash_make writes it, and nothing that asks for more than the limits. */
static bool parse(struct str hash, struct parsed *ret_parsed)
{
  static const struct str prefix = {"$argon2id$v=19$", 15};
  struct crypto_cost c;
  size_t n;
  if (hash.n >= CRYPTO_HASH_TEXT || !str_starts(hash, prefix))
    return false;
  struct str rest = {hash.p + prefix.n, hash.n - prefix.n};
  if (!number_cut(&rest, "m", ',', &c.memory) || !number_cut(&rest, "t", ',', &c.passes) ||
      !number_cut(&rest, "p", '$', &c.lanes) || !cost_within(c))
    return false;
  struct str salt = str_cut(&rest, '$');
  if (salt.n != SALT_TEXT || rest.n != TAG_TEXT ||
      !text_base64_decode(salt, sizeof ret_parsed->salt, ret_parsed->salt, &n) ||
      !text_base64_decode(rest, sizeof ret_parsed->tag, ret_parsed->tag, &n))
    return false;
  ret_parsed->cost = c;
  return true;
}

static void format(const struct parsed *parsed, char ret_hash[CRYPTO_HASH_TEXT])
{
  char salt[SALT_TEXT], tag[TAG_TEXT];
  text_base64_encode(parsed->salt, sizeof parsed->salt, salt);
  text_base64_encode(parsed->tag, sizeof parsed->tag, tag);
  snprintf(ret_hash, CRYPTO_HASH_TEXT, "$argon2id$v=19$m=%u,t=%u,p=%u$%.*s$%.*s", parsed->cost.memory,
           parsed->cost.passes, parsed->cost.lanes, SALT_TEXT, salt, TAG_TEXT, tag);
}

/* The tag that the password has under that cost and salt. */
static RESULT compute(const struct crypto_keys *keys, const struct parsed *by, struct str password,
                      unsigned char ret_tag[CRYPTO_ARGON_TAG])
{
  unsigned char peppered[CRYPTO_DIGEST];
  TRY(crypto_hmac(keys, CRYPTO_PEPPER, password, peppered));
  take_turn();
  enum result r = crypto_argon_tag(by->cost, (struct secret){peppered, sizeof peppered}, by->salt, ret_tag);
  give_turn();
  secret_wipe(peppered, sizeof peppered);
  return r;
}

RESULT crypto_hash_make(const struct crypto_keys *keys, struct crypto_cost cost, struct str password,
                        char ret_hash[CRYPTO_HASH_TEXT])
{
  struct parsed made = {.cost = cost};
  if (!cost_within(cost))
    return R_RULE;
  TRY(crypto_random(made.salt, sizeof made.salt));
  TRY(compute(keys, &made, password, made.tag));
  format(&made, ret_hash);
  return R_OK;
}

/* What stands behind the mark of a hash that was made elsewhere; .p NULL: it has none. */
static struct str foreign_of(struct str hash)
{
  static const struct str mark = {CRYPTO_FOREIGN, sizeof CRYPTO_FOREIGN - 1};
  return str_starts(hash, mark) ? (struct str){hash.p + mark.n, hash.n - mark.n} : STR_NONE;
}

static RESULT check_foreign(struct str hash, struct str password)
{
  take_turn();
  enum result r = crypto_foreign_check(hash, password);
  give_turn();
  return r;
}

RESULT crypto_hash_check(const struct crypto_keys *keys, struct str hash, struct str password)
{
  struct str foreign = foreign_of(hash);
  struct parsed stored;
  unsigned char tag[CRYPTO_ARGON_TAG];
  if (foreign.p)
    return check_foreign(foreign, password);
  if (!parse(hash, &stored))
    return R_LOGIN_FAILED;
  TRY(compute(keys, &stored, password, tag));
  bool same = secret_equal((struct secret){tag, sizeof tag}, (struct secret){stored.tag, sizeof stored.tag});
  secret_wipe(tag, sizeof tag);
  return same ? R_OK : R_LOGIN_FAILED;
}

RESULT crypto_hash_spend(const struct crypto_keys *keys, struct crypto_cost cost)
{
  struct parsed by = {.cost = cost};
  unsigned char tag[CRYPTO_ARGON_TAG];
  return cost_within(cost) ? compute(keys, &by, STR("-"), tag) : R_RULE;
}

bool crypto_hash_outdated(struct str hash, struct crypto_cost cost)
{
  struct parsed made;
  return !parse(hash, &made) || made.cost.memory != cost.memory || made.cost.passes != cost.passes ||
         made.cost.lanes != cost.lanes;
}
