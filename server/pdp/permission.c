/* The list of permissions as rows, and sets of them as bits. */
#include <bailiwick/permission.h>
#include <string.h>

enum {
  P = BW_PERMISSION_PRIVILEGED,
  S = BW_PERMISSION_SECRET,
  T = BW_PERMISSION_TWO_FACTORS,
  M = BW_PERMISSION_NO_MACHINE,
  C = BW_PERMISSION_NOT_AT_CUSTOMER,
  H = BW_PERMISSION_NOT_BELOW_PROVIDER
};

static const struct bw_permission_row rows[BW_PERMISSION__COUNT] = {
#define PERMISSION(name, wire, flags, help) [BW_##name] = {wire, help, flags},
#include <bailiwick/permissions.def>
#undef PERMISSION
};

static bool listed(enum bw_permission permission)
{
  return permission > BW_PERMISSION_NONE && permission < BW_PERMISSION__COUNT;
}

const struct bw_permission_row *bw_permission_row(enum bw_permission permission)
{
  return listed(permission) ? &rows[permission] : NULL;
}

enum bw_permission bw_permission_named(const char *wire, size_t n)
{
  for (unsigned i = BW_PERMISSION_NONE + 1; i < BW_PERMISSION__COUNT; i++) {
    if (strlen(rows[i].wire) == n && memcmp(rows[i].wire, wire, n) == 0)
      return (enum bw_permission)i;
  }
  return BW_PERMISSION_NONE;
}

void bw_permission_add(struct bw_permission_set *set, enum bw_permission permission)
{
  if (listed(permission))
    set->word[permission / 64] |= (uint64_t)1 << permission % 64;
}

bool bw_permission_has(const struct bw_permission_set *set, enum bw_permission permission)
{
  return listed(permission) && (set->word[permission / 64] >> permission % 64 & 1);
}

bool bw_permission_covers(const struct bw_permission_set *set, const struct bw_permission_set *part)
{
  uint64_t missing = 0;
  for (int i = 0; i < BW_PERMISSION_WORDS; i++)
    missing |= part->word[i] & ~set->word[i];
  return !missing;
}

void bw_permission_unite(struct bw_permission_set *set, const struct bw_permission_set *more)
{
  for (int i = 0; i < BW_PERMISSION_WORDS; i++)
    set->word[i] |= more->word[i];
}

void bw_permission_drop(struct bw_permission_set *set, unsigned flags)
{
  for (unsigned i = BW_PERMISSION_NONE + 1; i < BW_PERMISSION__COUNT; i++)
    if (rows[i].flags & flags)
      set->word[i / 64] &= ~((uint64_t)1 << i % 64);
}
