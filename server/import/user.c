/* Makes and changes users as rows want them. Trusts: nothing of the row. */
#include "import/user.h"
#include "authn/name.h"
#include "domain/user.h"
#include "import/letter.h"
#include "store/user.h"

struct user_work {
  struct user_new made;
  struct uuid id; /* of whoever is changed, or was made */
  struct user_patch patch;
  struct str password_hash;         /* .p NULL: none, or they have a password */
  struct import_inviting *inviting; /* NULL: they are not invited */
};

static RESULT adopt(struct change *c, const struct user_work *u, const struct uuid *id)
{
  struct outcome outcome;
  return u->password_hash.p ? domain_user_adopt(c, id, u->password_hash, &outcome) : R_OK;
}

static RESULT create_user(struct change *c, void *what)
{
  struct user_work *u = what;
  struct outcome outcome;
  TRY(domain_user_create(c, &u->made, &outcome));
  u->id = outcome.id;
  TRY(adopt(c, u, &u->id));
  return import_letter_send(c, u->inviting, &u->id);
}

static RESULT update_user(struct change *c, void *what)
{
  const struct user_work *u = what;
  struct outcome outcome;
  TRY(domain_user_update(c, &u->id, 0, &u->patch, &outcome));
  return adopt(c, u, &u->id);
}

/* Who gives somebody a way in must be able to invite them. */
static RESULT may_adopt(struct import_work *w, const struct uuid *home, const struct user_work *u)
{
  struct import_leave ignored;
  return u->password_hash.p
             ? import_work_blame(w, "password_hash", import_work_leave(w, home, BW_USER_INVITE, &ignored))
             : R_OK;
}

/* At home there. */
static RESULT get(struct import_work *w, const struct store_call *call, const struct uuid *id, const struct uuid *home,
                  struct store_object *ret_user)
{
  TRY(store_user_get(call, id, ret_user));
  return import_work_expect(w, ret_user, "tenant_id", home);
}

/* By external_id or id, or where the row has neither by login. */
static RESULT find(struct import_work *w, const struct import_row_user *row, const struct import_reference *home,
                   struct uuid *ret_home, struct store_object *ret_user)
{
  struct str login_key = STR_NONE;
  struct import_leave under;
  struct uuid id;
  TRY(import_work_enter(w, home, BW_USER_READ, ret_home, &under));
  if (!row->external_id.present)
    TRY(import_work_blame(w, "login", authn_name_normalise(row->login.value, w->arena, &login_key)));
  struct store_call call = import_work_reading(w, under.scope);
  if (import_row_id(row->external_id.value, &id))
    return get(w, &call, &id, ret_home, ret_user);
  return store_user_find(&call, ret_home, row->external_id.value, login_key, ret_user);
}

static RESULT user_found(struct import_work *w, const struct uuid *home, const struct import_row_user *row,
                         const struct store_object *user)
{
  struct user_work u = {.id = user->id,
                        .patch = {.login = import_work_patch(&row->login),
                                  .display_name = import_work_patch(&row->display_name),
                                  .email = import_work_patch(&row->email),
                                  .dialling_given = row->dialling_addresses.present,
                                  .dialling = row->dialling_addresses.value,
                                  .dialling_count = row->dialling_addresses.count}};
  const struct json *view;
  struct import_leave under;
  w->applied.id = user->id;
  TRY(import_work_found(w, row->external_id.present ? "external_id" : "login"));
  TRY(import_work_view(w, user, &view));
  if (import_work_is_over(view))
    return R_WRONG_STATE;
  if (str_is(json_str(json_member(view, "state")), "invited"))
    u.password_hash = row->password_hash.value;
  if (!u.password_hash.p && import_work_same_text(view, "login", &row->login) &&
      import_work_same_text(view, "display_name", &row->display_name) &&
      import_work_same_text(view, "email", &row->email) &&
      import_work_same_texts(view, "dialling_addresses", &row->dialling_addresses))
    return R_OK;
  TRY(may_adopt(w, home, &u));
  if (!import_work_same_text(view, "login", &row->login))
    w->applied.freed = json_str(json_member(view, "login"));
  TRY(import_work_leave(w, home, BW_USER_UPDATE, &under));
  return import_work_change(w, &under, update_user, &u, IMPORT_UPDATED);
}

struct user_new import_user_new(const struct import_row_user *row, struct uuid home)
{
  return (struct user_new){.tenant = home,
                           .login = row->login.value,
                           .display_name = row->display_name.value,
                           .email = row->email.value,
                           .external_id = row->external_id.value,
                           .dialling = row->dialling_addresses.value,
                           .dialling_count = row->dialling_addresses.count};
}

RESULT import_user_apply(struct import_work *w, const struct import_row *row)
{
  const struct import_row_user *wanted = &row->user;
  const struct import_reference home = {"tenant_external_id", &wanted->tenant_external_id};
  struct user_work u = {.password_hash = wanted->password_hash.value};
  struct uuid at, id;
  struct import_leave under;
  struct store_object user;
  enum result r = find(w, wanted, &home, &at, &user);
  if (r == R_OK)
    return user_found(w, &at, wanted, &user);
  if (r != R_NOT_FOUND || w->applied.about.p)
    return r;
  if (import_row_id(wanted->external_id.value, &id))
    return import_work_blame(w, "external_id", r);
  u.made = import_user_new(wanted, at);
  TRY(may_adopt(w, &at, &u));
  if (!u.password_hash.p) {
    TRY(import_letter_allowed(w, &at, wanted->email.value));
    u.inviting = w->apply->inviting;
  }
  TRY(import_work_leave(w, &at, BW_USER_CREATE, &under));
  r = import_work_change(w, &under, create_user, &u, IMPORT_CREATED);
  if (r == R_OK)
    w->applied.id = u.id;
  return r == R_MALFORMED ? import_work_blame(w, "login", r) : r;
}

static RESULT terminate_user(struct change *c, void *what)
{
  const struct uuid *id = what;
  struct outcome outcome;
  return domain_user_terminate(c, id, &outcome);
}

RESULT import_user_end(struct import_work *w, const struct import_object *object)
{
  enum result r = import_work_remove(w, BW_USER_TERMINATE, terminate_user, object);
  return r == R_WRONG_STATE ? R_OK : r;
}

RESULT import_user_remove(struct import_work *w, const struct import_row *row)
{
  const struct import_reference home = {"tenant_external_id", &row->user.tenant_external_id};
  struct import_object object;
  struct store_object user;
  const struct json *view;
  enum result r = find(w, &row->user, &home, &object.place, &user);
  if (r != R_OK)
    return r == R_NOT_FOUND && !w->applied.about.p ? R_OK : r;
  w->applied.id = object.id = user.id;
  TRY(import_work_view(w, &user, &view));
  return import_work_is_over(view) ? R_OK : import_user_end(w, &object);
}
