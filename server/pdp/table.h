/* Things by their 16-byte id: open addressing to u32 indices, the things themselves in chunks that never move.
   One writer; any number of readers inside an RCU section. */
#pragma once
#include <bailiwick/model.h>
#include <string.h>

/* Every word that readers share with the writer. Acquire and release on each make the version check of a reading sound
   without fences (which ThreadSanitizer does not know) and are plain moves on x86. */
#define pdp_get(word) __atomic_load_n((word), __ATOMIC_ACQUIRE)
#define pdp_set(word, value) __atomic_store_n((word), (value), __ATOMIC_RELEASE)

enum { PDP_CHUNK = 4096, PDP_CHUNKS = 8192 };

/* The first member of every thing. */
struct pdp_key {
  uint64_t word[2];
};

/* A slot is the upper half of the hash above the index; 0 is empty; index 0 is a tombstone, and nothing's. */
struct pdp_slots {
  struct pdp_slots *older; /* replaced, to be freed after a grace period */
  size_t mask;
  uint64_t slot[];
};

struct pdp_table {
  struct pdp_slots *slots;
  uint32_t made;                    /* indices below it have been in use */
  uint32_t spare;                   /* first of the free ones, linked through their reference counts */
  uint32_t living;                  /* indices in use */
  uint32_t filled;                  /* slots that are not empty, tombstones too */
  size_t size;                      /* of a thing */
  bool listed;                      /* each thing has a word more, apart from it: of a list that begins with it */
  uint64_t bytes;                   /* allocated */
  struct pdp_slots *retired;        /* replaced in this publication */
  /* PDP_CHUNK things, then their reference counts, then the words of lists; the first stands in for those not made. */
  unsigned char *chunk[PDP_CHUNKS];
};

static inline struct pdp_key pdp_key(const struct bw_id *id)
{
  struct pdp_key key;
  memcpy(&key, id, sizeof key);
  return key;
}

static inline struct bw_id pdp_id(const struct pdp_key *key)
{
  struct bw_id id;
  uint64_t first = pdp_get(&key->word[0]), second = pdp_get(&key->word[1]);
  memcpy(id.b, &first, sizeof first);
  memcpy(id.b + sizeof first, &second, sizeof second);
  return id;
}

static inline bool pdp_key_none(struct pdp_key key) { return !(key.word[0] | key.word[1]); }

/* Not keyed: ids are made by the server, nobody picks them to collide. */
static inline uint64_t pdp_hash(struct pdp_key key)
{
  uint64_t x = (key.word[1] ^ key.word[0] >> 32) * 0x9e3779b97f4a7c15u ^ key.word[0];
  x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
  return x ^ x >> 32;
}

/* The thing of an index; `size` is that of the table's things, a constant where it is known. Index 0 is all zero. */
static inline void *pdp_table_at(const struct pdp_table *t, uint32_t index, size_t size)
{
  return pdp_get(&t->chunk[index / PDP_CHUNK]) + index % PDP_CHUNK * size;
}

/* The first of a thing's list, in a table that is `listed`. */
static inline uint32_t *pdp_table_first(const struct pdp_table *t, uint32_t index, size_t size)
{
  unsigned char *words = pdp_get(&t->chunk[index / PDP_CHUNK]) + PDP_CHUNK * (size + sizeof(uint32_t));
  return (uint32_t *)(void *)words + index % PDP_CHUNK;
}

/* 0 when there is none. */
static inline uint32_t pdp_table_find(const struct pdp_table *t, struct pdp_key key, size_t size)
{
  const struct pdp_slots *s = pdp_get(&t->slots);
  uint64_t hash = pdp_hash(key);
  for (size_t i = hash & s->mask;; i = (i + 1) & s->mask) {
    uint64_t slot = pdp_get(&s->slot[i]);
    if (!slot)
      return 0;
    if (slot >> 32 != hash >> 32)
      continue;
    const struct pdp_key *held = pdp_table_at(t, (uint32_t)slot, size);
    if (pdp_get(&held->word[0]) == key.word[0] && pdp_get(&held->word[1]) == key.word[1])
      return (uint32_t)slot;
  }
}

/* Of a table of zeroes but for `listed`. */
bool pdp_table_open(struct pdp_table *t, size_t size);
void pdp_table_close(struct pdp_table *t);

/* The index of the id, new (all zero but its key) if there was none, with one reference more. 0: memory is out. */
uint32_t pdp_table_hold(struct pdp_table *t, struct pdp_key key);

/* One reference more, and one less: the last one takes the id out. A thing is all zero but its key by then. Index 0 is
   ignored. */
void pdp_table_retain(struct pdp_table *t, uint32_t index);
void pdp_table_release(struct pdp_table *t, uint32_t index);

/* Frees the replaced slots: after a grace period. */
void pdp_table_reclaim(struct pdp_table *t);
