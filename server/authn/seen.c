/* Sets of four, each with a lock of its own that is held for the length of a copy. The digest of a token, which ends in
   a signature nobody can choose, says in which set it stands. */
#include "authn/seen.h"
#include <pthread.h>

enum { WAYS = 4 };

/* Of the entries that are not the one, no more is looked at than their tags, which stand beside the lock. */
struct set {
  pthread_mutex_t lock;
  uint32_t tags[WAYS];
  struct authn_seen_entry entries[WAYS]; /* .until 0: empty */
};

struct authn_seen {
  size_t mask;
  struct set *sets;
};

RESULT authn_seen_open(size_t room, struct arena *arena, struct authn_seen **ret_seen)
{
  size_t sets = 1;
  while (sets * WAYS < room)
    sets *= 2;
  struct authn_seen *seen = arena_alloc(arena, sizeof *seen);
  if (!seen)
    return R_NO_MEMORY;
  seen->mask = sets - 1;
  seen->sets = arena_array(arena, sets, sizeof *seen->sets);
  if (!seen->sets)
    return R_NO_MEMORY;
  for (size_t i = 0; i < sets; i++)
    pthread_mutex_init(&seen->sets[i].lock, NULL);
  *ret_seen = seen;
  return R_OK;
}

void authn_seen_close(struct authn_seen **seen)
{
  if (!seen || !*seen)
    return;
  for (size_t i = 0; i <= (*seen)->mask; i++)
    pthread_mutex_destroy(&(*seen)->sets[i].lock);
  *seen = NULL;
}

static struct set *set_of(const struct authn_seen *seen, const struct authn_seen_entry *entry)
{
  uint64_t number;
  memcpy(&number, entry->digest, sizeof number);
  return &seen->sets[number & seen->mask];
}

static uint32_t tag_of(const struct authn_seen_entry *entry)
{
  uint32_t tag;
  memcpy(&tag, entry->digest + sizeof(uint64_t), sizeof tag);
  return tag;
}

static bool is_good(const struct authn_seen_entry *e, const struct authn_seen_entry *wanted, int64_t now)
{
  return e->until > now && e->losses == wanted->losses && memcmp(e->digest, wanted->digest, sizeof e->digest) == 0 &&
         e->token.issued_at <= now + AUTHN_SKEW;
}

bool authn_seen_find(struct authn_seen *seen, const struct authn_seen_entry *wanted, int64_t now,
                     struct authn_token *ret_token)
{
  struct set *set = set_of(seen, wanted);
  uint32_t tag = tag_of(wanted);
  bool found = false;
  pthread_mutex_lock(&set->lock);
  for (size_t i = 0; i < WAYS && !found; i++) {
    found = set->tags[i] == tag && is_good(&set->entries[i], wanted, now);
    if (found)
      *ret_token = set->entries[i].token;
  }
  pthread_mutex_unlock(&set->lock);
  return found;
}

/* Its own place when it stands there already, of a time before a loss; else that of the first to be over. */
static size_t place_of(const struct set *set, const struct authn_seen_entry *entry)
{
  size_t place = 0;
  for (size_t i = 0; i < WAYS; i++) {
    if (memcmp(set->entries[i].digest, entry->digest, sizeof entry->digest) == 0)
      return i;
    if (set->entries[i].until < set->entries[place].until)
      place = i;
  }
  return place;
}

void authn_seen_keep(struct authn_seen *seen, const struct authn_seen_entry *entry)
{
  struct set *set = set_of(seen, entry);
  pthread_mutex_lock(&set->lock);
  size_t place = place_of(set, entry);
  set->tags[place] = tag_of(entry);
  set->entries[place] = *entry;
  pthread_mutex_unlock(&set->lock);
}
