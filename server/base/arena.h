/* Memory that dies together: one arena a request. Nothing in it is freed alone. */
#pragma once
#include "base/str.h"

struct arena;

#define CLEANUP(function) __attribute__((cleanup(function)))

/* An empty arena that gives out at most `limit` bytes in all, each piece counted as a multiple of 16; NULL when memory
   is out. */
struct arena *arena_new(size_t limit);

/* Runs what arena_on_free was given, last first, then wipes and frees all: a request may have held a secret. NULL-safe;
   leaves *arena NULL. */
void arena_free(struct arena **arena);

/* Zeroed memory, aligned for any type, or NULL when the limit or the machine's memory is reached.
   Under a sanitizer every piece is an allocation of its own, so that an overrun shows. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` pieces of `size`, or NULL also when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it that is not counted; .p is NULL when memory is out. */
struct str arena_copy(struct arena *arena, struct str s);

/* printf into the arena; .p is NULL when memory is out. */
struct str arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Calls function(object) when the arena is freed; false when memory is out (the object is then still the caller's). */
bool arena_on_free(struct arena *arena, void (*function)(void *object), void *object);
