/* The table of buckets: places of one cache line, each with the times of four. */
#include "base/budget.h"
#include "base/clock.h"
#include <stdatomic.h>
#include <sys/random.h>

enum { WAYS = 4, SET_BITS = 14, SETS = 1 << SET_BITS };

/* Times are nanoseconds. */
static const int64_t room = BUDGET_SECONDS * INT64_C(1000000000), second = INT64_C(1000000000);

/* In the place of a time: somebody is giving the bucket another owner. */
#define TAKEN INT64_MAX

struct bucket {
  _Atomic uint64_t owner; /* hash of kind and name; 0: nobody's */
  _Atomic int64_t full_at;
};

struct budget {
  uint64_t key[2];
  struct bucket sets[SETS][WAYS];
};

RESULT budget_open(struct arena *arena, struct budget **ret_budget)
{
  struct budget *budget = arena_alloc(arena, sizeof *budget);
  if (!budget)
    return R_NO_MEMORY;
  memset(budget, 0, sizeof *budget);
  if (getrandom(budget->key, sizeof budget->key, 0) != (ssize_t)sizeof budget->key)
    return R_UNAVAILABLE;
  *ret_budget = budget;
  return R_OK;
}

static uint64_t turned(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }

static void mix(uint64_t v[4])
{
  v[0] += v[1], v[2] += v[3];
  v[1] = turned(v[1], 13) ^ v[0], v[3] = turned(v[3], 16) ^ v[2];
  v[0] = turned(v[0], 32);
  v[2] += v[1], v[0] += v[3];
  v[1] = turned(v[1], 17) ^ v[2], v[3] = turned(v[3], 21) ^ v[0];
  v[2] = turned(v[2], 32);
}

static void absorb(uint64_t v[4], uint64_t word)
{
  v[3] ^= word;
  mix(v);
  v[0] ^= word;
}

/* SipHash-1-3 over the kind, the length and the name. */
static uint64_t owner_of(const struct budget *budget, const struct budget_charge *charge)
{
  uint64_t v[4] = {budget->key[0] ^ UINT64_C(0x736f6d6570736575), budget->key[1] ^ UINT64_C(0x646f72616e646f6d),
                   budget->key[0] ^ UINT64_C(0x6c7967656e657261), budget->key[1] ^ UINT64_C(0x7465646279746573)};
  absorb(v, (uint64_t)charge->kind << 32 | charge->name.n);
  for (size_t at = 0; at < charge->name.n; at += sizeof(uint64_t)) {
    uint64_t word = 0;
    size_t n = charge->name.n - at;
    memcpy(&word, charge->name.p + at, n < sizeof word ? n : sizeof word);
    absorb(v, word);
  }
  v[2] ^= 0xFF;
  for (int i = 0; i < 3; i++)
    mix(v);
  uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
  return hash ? hash : 1;
}

/* The owner's bucket and the time it says; else, with *ret_own false, the one that is full the soonest. NULL: somebody
   is at work on one of them. The time is read before the owner: a time that is still the same when it is exchanged was
   that owner's, for giving a bucket away changes its time first. */
static struct bucket *find(struct bucket set[WAYS], uint64_t owner, int64_t *ret_full_at, bool *ret_own)
{
  struct bucket *soonest = NULL;
  int64_t soonest_at = TAKEN;
  for (int i = 0; i < WAYS; i++) {
    int64_t full_at = atomic_load_explicit(&set[i].full_at, memory_order_acquire);
    if (full_at == TAKEN)
      return NULL;
    if (atomic_load_explicit(&set[i].owner, memory_order_acquire) == owner) {
      *ret_full_at = full_at;
      *ret_own = true;
      return &set[i];
    }
    if (full_at < soonest_at) {
      soonest_at = full_at;
      soonest = &set[i];
    }
  }
  *ret_full_at = soonest_at;
  *ret_own = false;
  return soonest;
}

/* Gives the bucket to an owner, for whom it begins full but for what is taken now. Two threads at once that find
   different buckets the fullest may give one owner both: the second is not found again, and what was taken from it is
   forgiven. */
static bool claim(struct bucket *bucket, int64_t seen, uint64_t owner, int64_t full_at)
{
  if (!atomic_compare_exchange_strong_explicit(&bucket->full_at, &seen, TAKEN, memory_order_acq_rel,
                                               memory_order_relaxed))
    return false;
  atomic_store_explicit(&bucket->owner, owner, memory_order_release);
  atomic_store_explicit(&bucket->full_at, full_at, memory_order_release);
  return true;
}

static int64_t rounded_up(int64_t time) { return (time + second - 1) / second; }

bool budget_take(struct budget *budget, const struct budget_charge *charge, int64_t now, struct budget_left *ret_left)
{
  const int64_t request = second / charge->rate;
  const int64_t cost = request * charge->cost / BUDGET_REQUEST, moment = now * 1000;
  const uint64_t owner = owner_of(budget, charge);
  struct bucket *set = budget->sets[owner >> (64 - SET_BITS)];
  for (;;) {
    bool own;
    int64_t seen;
    struct bucket *bucket = find(set, owner, &seen, &own);
    if (!bucket)
      continue;
    int64_t full_at = (own && seen > moment ? seen : moment) + cost;
    int64_t over = full_at - moment - room;
    if (over > 0) {
      *ret_left = (struct budget_left){.full_in = rounded_up(seen - moment), .wait = rounded_up(over)};
      return false;
    }
    bool done = own ? atomic_compare_exchange_strong_explicit(&bucket->full_at, &seen, full_at, memory_order_acq_rel,
                                                              memory_order_relaxed)
                    : claim(bucket, seen, owner, full_at);
    if (!done)
      continue;
    *ret_left = (struct budget_left){.requests = -over / request, .full_in = rounded_up(full_at - moment)};
    return true;
  }
}
