/* Looks at many rows of users in one statement, and makes those who are missing in another. Trusts: nothing of the
 * rows. */
#include "import/crowd.h"
#include "import/letter.h"
#include "import/user.h"
#include "store/user.h"

/* Where rows of users may be looked for, made and changed alike. */
struct user_place {
  struct uuid tenant;
  struct import_leave leave;
};

static bool same_leave(const struct import_leave *a, const struct import_leave *b)
{
  return uuid_equal(&a->root, &b->root) && a->reach == b->reach;
}

/* R_RULE: not alike. */
static RESULT open_place(struct import_work *w, const struct import_row *row, struct user_place *ret_place)
{
  static const enum bw_permission needed[] = {BW_USER_READ, BW_USER_CREATE, BW_USER_UPDATE, BW_USER_INVITE};
  const size_t count = sizeof needed / sizeof *needed - !w->apply->inviting;
  const struct import_reference home = {"tenant_external_id", &row->user.tenant_external_id};
  struct import_leave other;
  TRY(import_work_locate(w, &home, &ret_place->tenant));
  TRY(import_work_leave(w, &ret_place->tenant, BW_IMPORT_RUN, &ret_place->leave));
  for (size_t i = 0; i < count; i++) {
    TRY(import_work_leave(w, &ret_place->tenant, needed[i], &other));
    if (!same_leave(&ret_place->leave, &other))
      return R_RULE;
  }
  return R_OK;
}

/* Rows that have one scope in common, each with its tenant. */
struct crowd {
  struct import_apply_user **users;
  struct uuid *tenants;
  size_t count;
  struct import_leave leave;
};

static bool same_home(const struct import_row *a, const struct import_row *b)
{
  return str_equal(a->user.tenant_external_id.value, b->user.tenant_external_id.value);
}

/* Whoever has a password, or cannot be written to, is looked at alone. */
static bool is_special(const struct import_work *w, const struct import_row_user *row)
{
  bool letter = w->apply->inviting && w->apply->inviting->mail;
  return row->password_hash.value.p || (letter && !row->email.value.p);
}

static RESULT gather(struct import_work *w, struct import_apply_user *users, size_t count, struct crowd *ret_crowd)
{
  struct crowd crowd = {.users = arena_array(w->arena, count + 1, sizeof *crowd.users),
                        .tenants = arena_array(w->arena, count + 1, sizeof *crowd.tenants)};
  struct user_place place = {0};
  enum result r = R_RULE;
  if (!crowd.users || !crowd.tenants)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || !same_home(users[i].row, users[i - 1].row))
      r = open_place(w, users[i].row, &place);
    if (r == R_UNAVAILABLE || r == R_NO_MEMORY)
      return r;
    bool apart = crowd.count > 0 && !same_leave(&crowd.leave, &place.leave);
    if (r != R_OK || apart || is_special(w, &users[i].row->user))
      continue;
    crowd.leave = place.leave;
    crowd.tenants[crowd.count] = place.tenant;
    crowd.users[crowd.count++] = &users[i];
  }
  *ret_crowd = crowd;
  return R_OK;
}

static RESULT compare_crowd(struct import_work *w, const struct crowd *crowd, struct store_user_compared *ret_compared)
{
  struct store_user_wanted *wanted = arena_array(w->arena, crowd->count, sizeof *wanted);
  struct store_call call = import_work_reading(w, crowd->leave.scope);
  if (!wanted)
    return R_NO_MEMORY;
  for (size_t i = 0; i < crowd->count; i++) {
    const struct import_row_user *row = &crowd->users[i]->row->user;
    wanted[i] = (struct store_user_wanted){.tenant = crowd->tenants[i],
                                           .external_id = row->external_id.value,
                                           .login = row->login.value,
                                           .display_name = row->display_name.value,
                                           .email_given = row->email.present,
                                           .email = row->email.value,
                                           .dialling_given = row->dialling_addresses.present,
                                           .dialling = row->dialling_addresses.value,
                                           .dialling_count = row->dialling_addresses.count};
  }
  return store_user_compare(&call, wanted, crowd->count, ret_compared);
}

struct crowd_work {
  struct user_new *users;
  size_t count;
  struct uuid *ids;
  struct import_inviting *inviting;
};

static RESULT create_users(struct change *c, void *what)
{
  const struct crowd_work *many = what;
  TRY(domain_user_create_many(c, many->users, many->count, many->ids));
  for (size_t i = 0; i < many->count; i++)
    if (!uuid_is_zero(&many->ids[i]))
      TRY(import_letter_send(c, many->inviting, &many->ids[i]));
  return c->events > 0 ? R_OK : R_NOT_FOUND;
}

static void settle(struct import_apply_user *user, enum import_effect effect, const struct uuid *id)
{
  user->settled = true;
  user->applied = (struct import_applied){.effect = effect, .id = *id};
}

/* Whoever is as they are wanted is settled; ret_missing has the places of those who are not there. */
static size_t sort_out(const struct import_work *w, const struct crowd *crowd,
                       const struct store_user_compared *compared, size_t *ret_missing)
{
  size_t count = 0;
  for (size_t i = 0; i < crowd->count; i++)
    if (uuid_is_zero(&compared[i].id))
      ret_missing[count++] = i;
    else if (compared[i].same && w->apply->mode != IMPORT_CREATE)
      settle(crowd->users[i], IMPORT_UNCHANGED, &compared[i].id);
  return count;
}

static RESULT create_missing(struct import_work *w, const struct crowd *crowd, const size_t *missing, size_t count)
{
  struct crowd_work many = {arena_array(w->arena, count + 1, sizeof *many.users), count,
                            arena_array(w->arena, count + 1, sizeof *many.ids), w->apply->inviting};
  if (!many.users || !many.ids)
    return R_NO_MEMORY;
  for (size_t i = 0; i < count; i++)
    many.users[i] = import_user_new(&crowd->users[missing[i]]->row->user, crowd->tenants[missing[i]]);
  if (count > 0) {
    enum result r = import_work_change(w, &crowd->leave, create_users, &many, IMPORT_CREATED);
    if (r != R_OK && r != R_NOT_FOUND)
      return r;
  }
  for (size_t i = 0; i < count; i++)
    if (!uuid_is_zero(&many.ids[i]))
      settle(crowd->users[missing[i]], IMPORT_CREATED, &many.ids[i]);
  return R_OK;
}

static RESULT apply_crowd(struct import_work *w, struct import_apply_user *users, size_t count)
{
  struct crowd crowd;
  TRY(gather(w, users, count, &crowd));
  if (crowd.count == 0)
    return R_OK;
  struct store_user_compared *compared = arena_array(w->arena, crowd.count, sizeof *compared);
  size_t *missing = arena_array(w->arena, crowd.count, sizeof *missing);
  if (!compared || !missing)
    return R_NO_MEMORY;
  TRY(compare_crowd(w, &crowd, compared));
  return create_missing(w, &crowd, missing, sort_out(w, &crowd, compared, missing));
}

RESULT import_crowd_apply(struct import_work *w, struct import_apply_user *users, size_t count)
{
  enum result r = apply_crowd(w, users, count);
  for (size_t i = 0; r != R_OK && i < count; i++)
    users[i].settled = false;
  return r;
}
