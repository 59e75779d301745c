/* Copying, comparing and wiping of secrets. */
#include "base/secret.h"
#include <stdlib.h>

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
