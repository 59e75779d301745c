/* The permissions of the service, from one list. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

enum bw_permission {
  BW_PERMISSION_NONE, /* zeroed memory asks for nothing and is denied */
#define PERMISSION(name, wire, flags, help) BW_##name,
#include <bailiwick/permissions.def>
#undef PERMISSION
  BW_PERMISSION__COUNT
};

enum {
  BW_PERMISSION_PRIVILEGED = 1,
  BW_PERMISSION_SECRET = 2,
  BW_PERMISSION_TWO_FACTORS = 4,
  BW_PERMISSION_NO_MACHINE = 8,
  BW_PERMISSION_NOT_AT_CUSTOMER = 16,
  BW_PERMISSION_NOT_BELOW_PROVIDER = 32
};

/* A set of permissions: one bit each. */
enum { BW_PERMISSION_WORDS = 4 };
struct bw_permission_set {
  uint64_t word[BW_PERMISSION_WORDS];
};
#ifndef __cplusplus
_Static_assert(BW_PERMISSION__COUNT <= 64 * BW_PERMISSION_WORDS, "the set holds every permission");
#endif

struct bw_permission_row {
  const char *wire, *help;
  unsigned flags;
};

/* NULL outside the list and for BW_PERMISSION_NONE. */
const struct bw_permission_row *bw_permission_row(enum bw_permission permission);

/* BW_PERMISSION_NONE for an unknown name. */
enum bw_permission bw_permission_named(const char *wire, size_t n);

void bw_permission_add(struct bw_permission_set *set, enum bw_permission permission);
bool bw_permission_has(const struct bw_permission_set *set, enum bw_permission permission);
bool bw_permission_covers(const struct bw_permission_set *set, const struct bw_permission_set *part);
void bw_permission_unite(struct bw_permission_set *set, const struct bw_permission_set *more);
/* Takes out what has any of the flags. */
void bw_permission_drop(struct bw_permission_set *set, unsigned flags);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
