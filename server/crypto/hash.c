/* Argon2id by libargon2 over HMAC-SHA-256(pepper, password): a stolen database alone cannot be guessed against.
   Trusts: nothing of a stored hash before its form and its cost are checked. */
#include "crypto/hash.h"
#include "crypto/digest.h"
#include "crypto/foreign.h"
#include <argon2.h>
#include <pthread.h>

enum { SALT = 16, TAG = 32, SALT_TEXT = 22, TAG_TEXT = 43 };

/* Turns at computing: who waits for the database meanwhile takes none. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t free;
  unsigned most, taken;
  uint64_t all;
} turns = {.lock = PTHREAD_MUTEX_INITIALIZER, .free = PTHREAD_COND_INITIALIZER};

void crypto_hash_at_once(unsigned most) { turns.most = most; }

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

/* $argon2id$v=19$m=M,t=T,p=P$salt$tag as crypto_hash_make writes it, and nothing that asks for more than the limits. */
static bool parse(struct str hash, struct crypto_cost *ret_cost)
{
  static const struct str prefix = {"$argon2id$v=19$", 15};
  struct crypto_cost c;
  if (hash.n >= CRYPTO_HASH_TEXT || !str_starts(hash, prefix))
    return false;
  struct str rest = {hash.p + prefix.n, hash.n - prefix.n};
  if (!number_cut(&rest, "m", ',', &c.memory) || !number_cut(&rest, "t", ',', &c.passes) ||
      !number_cut(&rest, "p", '$', &c.lanes) || !cost_within(c))
    return false;
  struct str salt = str_cut(&rest, '$');
  if (salt.n != SALT_TEXT || rest.n != TAG_TEXT || memchr(rest.p, '\0', rest.n) || memchr(salt.p, '\0', salt.n))
    return false;
  *ret_cost = c;
  return true;
}

RESULT crypto_hash_make(const struct crypto_keys *keys, struct crypto_cost cost, struct str password,
                        char ret_hash[CRYPTO_HASH_TEXT])
{
  unsigned char peppered[CRYPTO_DIGEST], salt[SALT];
  char hash[CRYPTO_HASH_TEXT];
  if (!cost_within(cost))
    return R_RULE;
  TRY(crypto_random(salt, sizeof salt));
  TRY(crypto_hmac(keys, CRYPTO_PEPPER, password, peppered));
  take_turn();
  int made = argon2id_hash_encoded(cost.passes, cost.memory, cost.lanes, peppered, sizeof peppered, salt, SALT, TAG,
                                   hash, sizeof hash);
  give_turn();
  secret_wipe(peppered, sizeof peppered);
  if (made == ARGON2_MEMORY_ALLOCATION_ERROR)
    return R_NO_MEMORY;
  if (made != ARGON2_OK)
    return R_INTERNAL;
  memcpy(ret_hash, hash, sizeof hash);
  return R_OK;
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
  struct str foreign = {CRYPTO_FOREIGN, sizeof CRYPTO_FOREIGN - 1};
  if (str_starts(hash, foreign))
    return check_foreign((struct str){hash.p + foreign.n, hash.n - foreign.n}, password);
  unsigned char peppered[CRYPTO_DIGEST];
  char text[CRYPTO_HASH_TEXT] = "";
  struct crypto_cost cost;
  if (!parse(hash, &cost))
    return R_LOGIN_FAILED;
  memcpy(text, hash.p, hash.n);
  TRY(crypto_hmac(keys, CRYPTO_PEPPER, password, peppered));
  take_turn();
  int same = argon2id_verify(text, peppered, sizeof peppered);
  give_turn();
  secret_wipe(peppered, sizeof peppered);
  if (same == ARGON2_MEMORY_ALLOCATION_ERROR)
    return R_NO_MEMORY;
  return same == ARGON2_OK ? R_OK : R_LOGIN_FAILED;
}

bool crypto_hash_outdated(struct str hash, struct crypto_cost cost)
{
  struct crypto_cost made;
  return !parse(hash, &made) || made.memory < cost.memory || made.passes < cost.passes || made.lanes < cost.lanes;
}
