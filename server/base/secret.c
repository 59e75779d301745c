/* Copying, comparing and wiping of secrets. */
#include "base/secret.h"
#include <stddef.h>
#include <stdlib.h>

/* Before each piece of secret_alloc, since free is told no size. */
union head {
  size_t n;
  max_align_t aligned;
};

struct secret secret_copy(const void *bytes, size_t n)
{
  unsigned char *p = n ? malloc(n) : NULL;
  if (!p)
    return (struct secret){0};
  memcpy(p, bytes, n);
  return (struct secret){p, n};
}

void secret_wipe(void *bytes, size_t n)
{
  if (n)
    explicit_bzero(bytes, n);
}

void secret_free(struct secret *s)
{
  if (!s || !s->p)
    return;
  secret_wipe(s->p, s->n);
  free(s->p);
  *s = (struct secret){0};
}

bool secret_equal(struct secret a, struct secret b)
{
  if (!a.p || !b.p || a.n != b.n || a.n == 0)
    return false;
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.n; i++)
    difference |= a.p[i] ^ b.p[i];
  return difference == 0;
}

void *secret_alloc(size_t n)
{
  size_t all;
  union head *head = __builtin_add_overflow(sizeof *head, n, &all) ? NULL : malloc(all);
  if (!head)
    return NULL;
  head->n = n;
  return head + 1;
}

void secret_release(void *piece)
{
  if (!piece)
    return;
  union head *head = (union head *)piece - 1;
  secret_wipe(piece, head->n);
  free(head);
}
