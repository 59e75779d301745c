/* Bytes that must not be seen: wiped when released, compared in constant time, never printed. */
#pragma once
#include "base/str.h"

struct secret {
  unsigned char *p;
  size_t n;
};

/* A copy of its own, outside any arena; .p is NULL when memory is out.
   An empty secret is refused like one that found no memory. */
struct secret secret_copy(const void *bytes, size_t n);

/* Wipes and frees; NULL-safe, leaves it empty. For CLEANUP. */
void secret_free(struct secret *secret);

/* Equal bytes, in a time that depends on the lengths alone; two empty ones are not equal. */
bool secret_equal(struct secret a, struct secret b);

/* Overwrites, also where the compiler sees no later use. */
void secret_wipe(void *bytes, size_t n);

/* malloc and free that wipe, for libraries which take such a pair. The one gives NULL when memory is out, the other is
   NULL-safe and takes only what the first gave. */
void *secret_alloc(size_t n);
void secret_release(void *piece);
