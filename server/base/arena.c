/* Blocks that grow by doubling, and a list of what to release with them. */
#include "base/arena.h"
#include "base/secret.h"
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#define HAS_FEATURE(name) __has_feature(name) /* clang's word for it */
#else
#define HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || HAS_FEATURE(address_sanitizer) ||                 \
  HAS_FEATURE(thread_sanitizer)
enum { PIECE_EACH = 1 };
#else
enum { PIECE_EACH = 0 };
#endif
enum { BLOCK_FIRST = 4096, BLOCK_MOST = 1 << 20, ALIGNMENT = alignof(max_align_t) };

struct block {
  struct block *next;
  size_t size, used;
  alignas(max_align_t) unsigned char data[];
};

struct release {
  struct release *next;
  void (*function)(void *);
  void *object;
};

struct arena {
  struct block *blocks;
  struct release *releases;
  size_t left, block_size; /* a block is at least so large; 0 where every piece has its own */
};

struct arena *arena_new(size_t limit)
{
  struct arena *a = calloc(1, sizeof *a);
  if (!a)
    return NULL;
  a->left = limit;
  a->block_size = PIECE_EACH ? 0 : BLOCK_FIRST;
  return a;
}

void arena_free(struct arena **arena)
{
  if (!arena || !*arena)
    return;
  for (struct release *r = (*arena)->releases; r; r = r->next)
    r->function(r->object);
  for (struct block *b = (*arena)->blocks, *next; b; b = next) {
    next = b->next;
    secret_wipe(b->data, b->used);
    free(b);
  }
  free(*arena);
  *arena = NULL;
}

static struct block *block_add(struct arena *a, size_t size)
{
  size_t room = size > a->block_size ? size : a->block_size, all;
  struct block *b = __builtin_add_overflow(sizeof *b, room, &all) ? NULL : calloc(1, all);
  if (!b)
    return NULL;
  b->size = room;
  b->next = a->blocks;
  a->blocks = b;
  if (a->block_size < BLOCK_MOST)
    a->block_size *= 2;
  return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
  size_t rounded;
  if (size > a->left || __builtin_add_overflow(size, (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT, &rounded))
    return NULL;
  size_t room = PIECE_EACH ? size : rounded;
  struct block *b = a->blocks;
  if (!b || PIECE_EACH || b->size - b->used < room)
    b = block_add(a, room);
  if (!b)
    return NULL;
  void *piece = b->data + b->used;
  b->used += room;
  a->left -= rounded < a->left ? rounded : a->left;
  return piece;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
  size_t product;
  if (__builtin_mul_overflow(count, size, &product))
    return NULL;
  return arena_alloc(a, product);
}

struct str arena_copy(struct arena *a, struct str s)
{
  char *copy = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
  if (!copy)
    return STR_NONE;
  if (s.n)
    memcpy(copy, s.p, s.n);
  return (struct str){copy, s.n};
}

struct str arena_print(struct arena *a, const char *format, ...)
{
  va_list measure, print;
  va_start(measure, format);
  int n = vsnprintf(NULL, 0, format, measure);
  va_end(measure);
  char *text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
  if (!text)
    return STR_NONE;
  va_start(print, format);
  vsnprintf(text, (size_t)n + 1, format, print);
  va_end(print);
  return (struct str){text, (size_t)n};
}

bool arena_on_free(struct arena *a, void (*function)(void *), void *object)
{
  struct release *r = arena_alloc(a, sizeof *r);
  if (!r)
    return false;
  *r = (struct release){a->releases, function, object};
  a->releases = r;
  return true;
}
