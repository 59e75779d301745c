/* Rings of signing keys without a database: rows as the vault would give them. */
#pragma once
#include "authn/keyring.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* A row of a new pair, which signs from then on. Its texts are the arena's. */
static inline struct store_signing_key ring_row(const struct authn_keyring *ring, int generation, int64_t signs_from,
                                                struct arena *arena)
{
  struct store_signing_key row = {.generation = generation, .signs_from = signs_from};
  char kid[AUTHN_KID + 1];
  assert_int_equal(authn_keyring_make(ring, arena, kid, &row.sealed), R_OK);
  row.kid = arena_copy(arena, str_of(kid));
  assert_non_null(row.kid.p);
  return row;
}
