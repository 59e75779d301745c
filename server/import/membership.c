/* Puts members into groups and takes them out as rows want it. Trusts: nothing of the row. */
#include "import/membership.h"
#include "domain/membership.h"
#include "import/holder.h"
#include "store/membership.h"

/* The membership, where group and member are there: R_NOT_FOUND, with nothing to blame, where it alone is missing. */
static RESULT find(struct import_work *w, const struct import_row *row, struct membership_new *ret_membership,
                   struct import_object *ret_object)
{
  const struct import_reference home = {"tenant_external_id", &row->membership.tenant_external_id};
  struct import_holder group = import_holder_group(&row->membership), member = import_holder_of(row);
  struct import_leave under;
  struct store_object found;
  TRY(import_work_enter(w, &home, BW_GROUP_READ, &ret_object->place, &under));
  TRY(import_holder_find(w, &group, &ret_object->place, &ret_membership->group));
  TRY(import_holder_find(w, &member, &ret_object->place, &ret_membership->member));
  struct store_call call = import_work_reading(w, under.scope);
  TRY(store_membership_find(&call, &ret_membership->group, &ret_membership->member, &found));
  w->applied.id = ret_object->id = found.id;
  return R_OK;
}

static RESULT join(struct change *change, void *what)
{
  const struct membership_new *membership = what;
  struct outcome ignored;
  return domain_membership_add(change, membership, &ignored);
}

RESULT import_membership_apply(struct import_work *w, const struct import_row *row)
{
  struct membership_new made = {0};
  struct import_object object;
  struct import_leave under;
  enum result r = find(w, row, &made, &object);
  if (r == R_OK)
    return import_work_found(w, row->naming);
  if (r != R_NOT_FOUND || w->applied.about.p)
    return r;
  TRY(uuid_new(&made.id));
  TRY(import_work_leave(w, &object.place, BW_GROUP_ASSIGN, &under));
  TRY(import_work_change(w, &under, join, &made, IMPORT_CREATED));
  w->applied.id = made.id;
  return R_OK;
}

static RESULT leave(struct change *change, void *what)
{
  const struct uuid *id = what;
  struct membership_new gone = {0};
  TRY(store_membership_sides(change->tx, id, &gone.group, &gone.member));
  return domain_membership_end(change, &gone);
}

RESULT import_membership_end(struct import_work *w, const struct import_object *object)
{
  return import_work_remove(w, BW_GROUP_ASSIGN, leave, object);
}

RESULT import_membership_remove(struct import_work *w, const struct import_row *row)
{
  struct membership_new membership;
  struct import_object object;
  enum result r = find(w, row, &membership, &object);
  if (r == R_OK)
    return import_membership_end(w, &object);
  return r == R_NOT_FOUND && !w->applied.about.p ? R_OK : r;
}
