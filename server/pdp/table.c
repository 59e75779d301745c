/* The writer's half of a table: a slot is published when its thing is ready, so a reader finds all of it or nothing. */
#include "pdp/table.h"
#include <assert.h>
#include <stdlib.h>

enum { SLOTS_FIRST = 64, LINE = 64 };

static const uint64_t tombstone = (uint64_t)1 << 32;

static uint32_t *references(struct pdp_table *t, uint32_t index)
{
  return (uint32_t *)(void *)(t->chunk[index / PDP_CHUNK] + PDP_CHUNK * t->size) + index % PDP_CHUNK;
}

static bool chunk_add(struct pdp_table *t, size_t number)
{
  size_t words = t->listed ? 2 : 1;
  size_t bytes = (PDP_CHUNK * (t->size + words * sizeof(uint32_t)) + LINE - 1) / LINE * LINE;
  unsigned char *chunk = number < PDP_CHUNKS ? aligned_alloc(LINE, bytes) : NULL;
  if (!chunk)
    return false;
  memset(chunk, 0, bytes);
  pdp_set(&t->chunk[number], chunk);
  pdp_set(&t->bytes, t->bytes + bytes);
  return true;
}

static size_t slots_bytes(const struct pdp_slots *s) { return sizeof *s + (s->mask + 1) * sizeof s->slot[0]; }

static struct pdp_slots *slots_new(struct pdp_table *t, size_t count)
{
  struct pdp_slots *s = calloc(1, sizeof *s + count * sizeof s->slot[0]);
  if (!s)
    return NULL;
  s->mask = count - 1;
  pdp_set(&t->bytes, t->bytes + slots_bytes(s));
  return s;
}

static void slots_free(struct pdp_table *t, struct pdp_slots *s)
{
  for (struct pdp_slots *older; s; s = older) {
    older = s->older;
    pdp_set(&t->bytes, t->bytes - slots_bytes(s));
    free(s);
  }
}

/* A slot of this id in the sense of `wanted`: empty or tombstone (0), or that of an index. */
static uint64_t *slot_for(struct pdp_slots *s, uint64_t hash, uint32_t wanted)
{
  size_t i = hash & s->mask;
  while ((uint32_t)s->slot[i] != wanted)
    i = (i + 1) & s->mask;
  return &s->slot[i];
}

/* Room for one more below a load of 3/4; what had to grow starts at 3/8. */
static bool slots_reserve(struct pdp_table *t)
{
  struct pdp_slots *old = t->slots;
  size_t count = old->mask + 1;
  if ((size_t)t->filled + 1 <= count / 4 * 3)
    return true;
  while (((size_t)t->living + 1) * 2 > count)
    count *= 2;
  struct pdp_slots *s = slots_new(t, count);
  if (!s)
    return false;
  uint32_t filled = 0;
  for (size_t i = 0; i <= old->mask; i++) {
    uint32_t index = (uint32_t)old->slot[i];
    if (!index)
      continue;
    const struct pdp_key *key = pdp_table_at(t, index, t->size);
    *slot_for(s, pdp_hash(*key), 0) = old->slot[i];
    filled++;
  }
  old->older = t->retired;
  t->retired = old;
  t->filled = filled;
  pdp_set(&t->slots, s);
  return true;
}

bool pdp_table_open(struct pdp_table *t, size_t size)
{
  t->size = size;
  t->made = 1;
  t->slots = slots_new(t, SLOTS_FIRST);
  if (!t->slots || !chunk_add(t, 0))
    return false;
  for (size_t i = 1; i < PDP_CHUNKS; i++)
    t->chunk[i] = t->chunk[0];
  return true;
}

void pdp_table_close(struct pdp_table *t)
{
  slots_free(t, t->retired);
  slots_free(t, t->slots);
  for (size_t i = 1; i < PDP_CHUNKS && t->chunk[i] != t->chunk[0]; i++)
    free(t->chunk[i]);
  free(t->chunk[0]);
}

static uint32_t index_take(struct pdp_table *t)
{
  uint32_t index = t->spare;
  if (index) {
    t->spare = *references(t, index);
    return index;
  }
  if (t->made % PDP_CHUNK == 0 && !chunk_add(t, t->made / PDP_CHUNK))
    return 0;
  return t->made++;
}

uint32_t pdp_table_hold(struct pdp_table *t, struct pdp_key key)
{
  assert(!pdp_key_none(key));
  uint32_t index = pdp_table_find(t, key, t->size);
  if (index) {
    pdp_table_retain(t, index);
    return index;
  }
  if (!slots_reserve(t) || !(index = index_take(t)))
    return 0;
  *references(t, index) = 1;
  struct pdp_key *held = pdp_table_at(t, index, t->size);
  pdp_set(&held->word[0], key.word[0]);
  pdp_set(&held->word[1], key.word[1]);
  uint64_t hash = pdp_hash(key), *slot = slot_for(t->slots, hash, 0);
  t->filled += !*slot;
  t->living++;
  pdp_set(slot, hash >> 32 << 32 | index);
  return index;
}

void pdp_table_retain(struct pdp_table *t, uint32_t index)
{
  if (index)
    ++*references(t, index);
}

void pdp_table_release(struct pdp_table *t, uint32_t index)
{
  if (!index)
    return;
  assert(*references(t, index) > 0);
  if (--*references(t, index))
    return;
  const struct pdp_key *key = pdp_table_at(t, index, t->size);
  pdp_set(slot_for(t->slots, pdp_hash(*key), index), tombstone);
  t->living--;
  *references(t, index) = t->spare;
  t->spare = index;
}

void pdp_table_reclaim(struct pdp_table *t)
{
  slots_free(t, t->retired);
  t->retired = NULL;
}
