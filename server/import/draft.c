/* Rows depend on others by keys: of what they make, and of what they name. Trusts: nothing of the content. */
#include "import/draft.h"
#include "authn/name.h"
#include "crypto/digest.h"
#include "import/holder.h"
#include "import/rows.h"
#include "import/text.h"
#include "store/client.h"
#include "store/grant.h"
#include "store/group.h"
#include "store/role.h"
#include "store/tenant.h"
#include "store/user.h"
#include <stdlib.h>

/* BROUGHT: rows that a step applies again, at most. ASKED: keys of rows; both with room to be found quickly. A row's
   number is that of its step and its place in it. */
enum { BROUGHT = 1 << 14, BROUGHT_PLACES = 2 * BROUGHT, ASKED = 1 << 17, ASKED_PLACES = 2 * ASKED, IN_STEP = 1 << 12 };
enum { OWN_MOST = 7, ASKED_MOST = 24, ROW_ARENA = 64 << 20, TEXT_ARENA = 16 << 20, BRING_ARENA = 256 << 20 };

struct brought {
  int64_t number, place;
  struct import_row row;
};

struct import_draft {
  struct uuid tenant; /* the job's, which rows may leave out */
  struct str home;    /* its external_id */
  struct store_call reading;
  bool deletes;
  int64_t begun; /* when, in milliseconds: what has a younger id was made in this step */
  bool failed, knows_admins;
  struct uuid asked[ASKED_PLACES]; /* by earlier rows of this step */
  size_t asked_count;
  int64_t numbers[BROUGHT_PLACES]; /* of rows that were brought, each one more */
  size_t brought_count;
  struct uuid keys[ASKED]; /* to be asked for */
  size_t key_count;
  struct brought rows[BROUGHT]; /* to be applied */
  size_t row_count;
  struct arena *arena; /* of the text */
  struct import_text text;
};

/* Keys. */

/* Of what a row makes, and of what it asks for before it is applied, which is that and what it names. */
struct keys {
  struct uuid own[OWN_MOST], asked[ASKED_MOST];
  size_t own_count, asked_count;
};
enum use { OWNED = 1, ASKED_FOR = 2, BOTH = OWNED | ASKED_FOR };

static RESULT put_key(struct keys *keys, struct arena *arena, enum use use, const struct str *words)
{
  unsigned char digest[CRYPTO_DIGEST];
  struct uuid key;
  struct buf text = buf_in(arena, ROW_ARENA);
  for (; words->p; words++) {
    buf_print(&text, "%zu:", words->n);
    buf_put(&text, *words);
  }
  struct str whole = buf_str(&text);
  if (!whole.p)
    return R_NO_MEMORY;
  TRY(crypto_digest(whole, digest));
  memcpy(key.b, digest, sizeof key.b);
  if (use & OWNED)
    keys->own[keys->own_count++] = key;
  if (use & ASKED_FOR)
    keys->asked[keys->asked_count++] = key;
  return R_OK;
}

#define PUT_KEY(keys, arena, use, kind, ...)                                                                           \
  put_key(keys, arena, use, (const struct str[]){STR(kind), __VA_ARGS__, STR_NONE})

/* What has an id for a name has other names in other rows: what such a member of it says. */
typedef RESULT get_object(const struct store_call *call, const struct uuid *id, struct store_object *ret_object);
struct other_name {
  get_object *get;
  const char *member;
};
static const struct other_name tenant_name = {store_tenant_get, "external_id"},
                               user_name = {store_user_get, "external_id"}, user_login = {store_user_get, "login"},
                               client_name = {store_client_get, "external_id"},
                               group_name = {store_group_get, "external_id"},
                               group_display_name = {store_group_get, "display_name"},
                               role_name = {store_role_get, "name"};

/* The name stays where it is no id, where nothing has it, and where that has no other. */
static RESULT rename_as(const struct import_draft *draft, const struct other_name *other, struct arena *arena,
                        struct str *name)
{
  struct store_call call = draft->reading;
  struct store_object found;
  const struct json *view;
  struct uuid id;
  call.arena = arena;
  if (!import_row_id(*name, &id))
    return R_OK;
  TRY(store_tx_scope(call.tx, call.scope));
  enum result r = other->get(&call, &id, &found);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_OK : r;
  TRY(json_parse(found.body, arena, &view));
  struct str said = json_str(json_member(view, other->member));
  if (said.p)
    *name = said;
  return R_OK;
}

/* The job's own tenant has no name here. */
static RESULT place_of(const struct import_draft *draft, const struct json_text *external_id, struct arena *arena,
                       struct str *ret_place)
{
  struct str name = external_id->value;
  struct uuid id;
  bool home = !name.p || (import_row_id(name, &id) && uuid_equal(&id, &draft->tenant));
  if (!home)
    TRY(rename_as(draft, &tenant_name, arena, &name));
  *ret_place = home || (draft->home.p && str_equal(name, draft->home)) ? STR("") : name;
  return R_OK;
}

/* A login that is none is refused whatever other rows do. */
static RESULT put_login(struct keys *keys, struct arena *arena, enum use use, struct str home, struct str login)
{
  struct str key;
  enum result r = authn_name_normalise(login, arena, &key);
  return r == R_OK ? PUT_KEY(keys, arena, use, "login", home, key) : r == R_MALFORMED ? R_OK : r;
}

static RESULT keys_of_tenant(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                             struct keys *keys)
{
  struct str name = row->name, place;
  TRY(rename_as(draft, &tenant_name, arena, &name));
  TRY(place_of(draft, &row->tenant.tenant_external_id, arena, &place));
  TRY(PUT_KEY(keys, arena, BOTH, "tenant", name));
  return PUT_KEY(keys, arena, ASKED_FOR, "tenant", place);
}

/* Those who go may be named one way here and another way there. */
static RESULT keys_of_leaver(const struct import_row_user *user, struct str home, struct arena *arena,
                             struct keys *keys)
{
  struct str one = user->external_id.present ? STR("external_id") : STR("login"),
             other = user->external_id.present ? STR("login") : STR("external_id");
  TRY(PUT_KEY(keys, arena, OWNED, "leaver by", one, home));
  return PUT_KEY(keys, arena, ASKED_FOR, "leaver by", other, home);
}

/* By external_id; whoever is named by an id has a login as well. */
static RESULT put_user(const struct import_draft *draft, struct keys *keys, struct arena *arena, enum use use,
                       const struct str name[2])
{
  struct str external_id = name[1], login = name[1];
  struct uuid id;
  TRY(rename_as(draft, &user_name, arena, &external_id));
  TRY(PUT_KEY(keys, arena, use, "user", name[0], external_id));
  if (!import_row_id(name[1], &id))
    return R_OK;
  TRY(rename_as(draft, &user_login, arena, &login));
  return put_login(keys, arena, use, name[0], login);
}

static RESULT keys_of_user(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                           struct keys *keys)
{
  const struct import_row_user *user = &row->user;
  struct str home;
  struct uuid id;
  TRY(place_of(draft, &user->tenant_external_id, arena, &home));
  if (user->external_id.present)
    TRY(put_user(draft, keys, arena, BOTH, (const struct str[]){home, user->external_id.value}));
  if (user->login.present)
    TRY(put_login(keys, arena, BOTH, home, user->login.value));
  if (draft->deletes && !import_row_id(user->external_id.value, &id))
    TRY(keys_of_leaver(user, home, arena, keys));
  return PUT_KEY(keys, arena, ASKED_FOR, "tenant", home);
}

/* In which way a row says what it means, as who holds a grant: by what stays, by what may change, or by an id alone. */
enum way { BY_EXTERNAL_ID, BY_NAME, BY_ID, WAYS };
static const char *const ways[WAYS] = {"external_id", "name", "id"};
struct holder {
  struct import_holder who;
  enum way way;
  struct str home, name;
};
static const char *const holder_kinds[IMPORT_HOLDER__KINDS] = {
    [IMPORT_HOLDER_USER] = "user", [IMPORT_HOLDER_CLIENT] = "client", [IMPORT_HOLDER_GROUP] = "group"};
static const struct other_name *const holder_names[IMPORT_HOLDER__KINDS] = {
    [IMPORT_HOLDER_USER] = &user_name, [IMPORT_HOLDER_CLIENT] = &client_name, [IMPORT_HOLDER_GROUP] = &group_name};

/* R_MALFORMED: nobody has such a name. */
static RESULT holder_of(const struct import_draft *draft, struct import_holder who, const struct json_text *home,
                        struct arena *arena, struct holder *ret_holder)
{
  struct holder holder = {.who = who, .name = who.name};
  struct uuid id;
  TRY(place_of(draft, home, arena, &holder.home));
  if (holder.who.by_name) {
    holder.way = BY_NAME;
    TRY(import_holder_key(&holder.who, arena, &holder.name));
  } else {
    TRY(rename_as(draft, holder_names[holder.who.kind], arena, &holder.name));
    holder.way = import_row_id(holder.name, &id) ? BY_ID : BY_EXTERNAL_ID;
  }
  *ret_holder = holder;
  return R_OK;
}

static RESULT keys_of_holder(const struct import_draft *draft, const struct holder *holder, struct arena *arena,
                             struct keys *keys)
{
  struct str home = holder->home;
  TRY(PUT_KEY(keys, arena, ASKED_FOR, "tenant", home));
  for (int way = 0; draft->deletes && holder->who.kind == IMPORT_HOLDER_GROUP && way < WAYS; way++)
    TRY(PUT_KEY(keys, arena, ASKED_FOR, "group by", str_of(ways[way]), home));
  if (holder->who.kind != IMPORT_HOLDER_USER)
    return put_key(keys, arena, ASKED_FOR,
                   (const struct str[]){str_of(holder_kinds[holder->who.kind]), home, holder->name, STR_NONE});
  if (draft->deletes) {
    TRY(PUT_KEY(keys, arena, ASKED_FOR, "leaver by", STR("external_id"), home));
    TRY(PUT_KEY(keys, arena, ASKED_FOR, "leaver by", STR("login"), home));
  }
  return holder->way == BY_NAME ? PUT_KEY(keys, arena, ASKED_FOR, "login", home, holder->name)
                                : put_user(draft, keys, arena, ASKED_FOR, (const struct str[]){home, holder->who.name});
}

/* The role that runs a tenant of some kind is named so; one that is made may be. */
static bool runs(struct str role)
{
  static const struct str end = STR("_admin");
  return role.n > end.n && str_equal((struct str){role.p + role.n - end.n, end.n}, end);
}

/* Grants of groups, and memberships of others than people, decide over one another: in a tenant all are one. */
static RESULT put_nesting(struct keys *keys, struct arena *arena, enum use gifts, enum use members, struct str home)
{
  TRY(PUT_KEY(keys, arena, gifts, "gifts", home));
  return PUT_KEY(keys, arena, members, "nesting", home);
}

/* A row that names the holder one way asks for those of the others. */
static RESULT keys_of_grant(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                            struct keys *keys)
{
  const struct import_row_grant *grant = &row->grant;
  struct str place, role = grant->role.value, scope = grant->scope.value;
  struct holder holder;
  bool elsewhere = grant->user_tenant_external_id.present;
  enum result r = holder_of(draft, import_holder_of(row),
                            elsewhere ? &grant->user_tenant_external_id : &grant->tenant_external_id, arena, &holder);
  if (r != R_OK)
    return r == R_MALFORMED ? R_OK : r;
  struct str kind = str_of(holder_kinds[holder.who.kind]), way = str_of(ways[holder.way]);
  TRY(place_of(draft, &grant->tenant_external_id, arena, &place));
  TRY(rename_as(draft, &role_name, arena, &role));
  TRY(PUT_KEY(keys, arena, BOTH, "grant", kind, way, holder.home, holder.name, place, role, scope));
  for (int other = 0; other < WAYS; other++)
    TRY(PUT_KEY(keys, arena, other == (int)holder.way ? OWNED : ASKED_FOR, "grant by", kind, str_of(ways[other]), place,
                role, scope));
  TRY(PUT_KEY(keys, arena, ASKED_FOR, "tenant", place));
  if (runs(role))
    TRY(PUT_KEY(keys, arena, OWNED, "run", place));
  if (holder.who.kind == IMPORT_HOLDER_GROUP)
    TRY(put_nesting(keys, arena, BOTH, ASKED_FOR, holder.home));
  return keys_of_holder(draft, &holder, arena, keys);
}

/* Whoever is in a group, by what the row calls the two: those that call one of them otherwise are asked for. */
static RESULT put_member(struct keys *keys, struct arena *arena, const struct holder *group,
                         const struct holder *member)
{
  struct str home = member->home, kind = str_of(holder_kinds[member->who.kind]);
  TRY(PUT_KEY(keys, arena, BOTH, "in", home, kind, str_of(ways[member->way]), member->name));
  TRY(PUT_KEY(keys, arena, OWNED, "has", home, str_of(ways[group->way]), group->name));
  for (int way = 0; way < WAYS; way++) {
    TRY(PUT_KEY(keys, arena, way == (int)member->way ? OWNED : ASKED_FOR, "in by", home, kind, str_of(ways[way])));
    if (way == (int)group->way)
      TRY(PUT_KEY(keys, arena, OWNED, "has by", home, str_of(ways[way])));
  }
  return R_OK;
}

/* What is above a group is above all who are in it. */
static RESULT put_members(struct keys *keys, struct arena *arena, const struct holder *group)
{
  TRY(PUT_KEY(keys, arena, ASKED_FOR, "has", group->home, str_of(ways[group->way]), group->name));
  for (int way = 0; way < WAYS; way++)
    if (way != (int)group->way)
      TRY(PUT_KEY(keys, arena, ASKED_FOR, "has by", group->home, str_of(ways[way])));
  return R_OK;
}

static RESULT keys_of_membership(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                                 struct keys *keys)
{
  const struct json_text *home = &row->membership.tenant_external_id;
  struct holder group, member;
  enum result r = holder_of(draft, import_holder_group(&row->membership), home, arena, &group);
  if (r == R_OK)
    r = holder_of(draft, import_holder_of(row), home, arena, &member);
  if (r != R_OK)
    return r == R_MALFORMED ? R_OK : r;
  TRY(put_member(keys, arena, &group, &member));
  if (member.who.kind == IMPORT_HOLDER_GROUP)
    TRY(put_members(keys, arena, &member));
  TRY(put_nesting(keys, arena, ASKED_FOR, member.who.kind == IMPORT_HOLDER_USER ? ASKED_FOR : BOTH, group.home));
  TRY(keys_of_holder(draft, &group, arena, keys));
  return keys_of_holder(draft, &member, arena, keys);
}

static RESULT keys_of_client(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                             struct keys *keys)
{
  struct str name = row->name, home;
  TRY(place_of(draft, &row->client.tenant_external_id, arena, &home));
  TRY(rename_as(draft, &client_name, arena, &name));
  TRY(PUT_KEY(keys, arena, BOTH, "client", home, name));
  return PUT_KEY(keys, arena, ASKED_FOR, "tenant", home);
}

/* A name that is none is refused whatever other rows do. */
static RESULT put_group_name(struct keys *keys, struct arena *arena, enum use use, struct str home, struct str name)
{
  struct str key;
  enum result r = authn_name_fold(name, arena, &key);
  return r == R_OK ? PUT_KEY(keys, arena, use, "group", home, key) : r == R_MALFORMED ? R_OK : r;
}

static enum way way_of_group(const struct import_row_group *group)
{
  struct uuid id;
  if (!group->external_id.present)
    return BY_NAME;
  return import_row_id(group->external_id.value, &id) ? BY_ID : BY_EXTERNAL_ID;
}

/* One that goes may be named one way here and another way there, and has no names afterwards. */
static RESULT keys_of_group(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                            struct keys *keys)
{
  const struct import_row_group *group = &row->group;
  enum way way = way_of_group(group);
  struct str home, external_id = group->external_id.value, name = group->external_id.value;
  TRY(place_of(draft, &group->tenant_external_id, arena, &home));
  TRY(PUT_KEY(keys, arena, ASKED_FOR, "tenant", home));
  if (group->display_name.present)
    TRY(put_group_name(keys, arena, BOTH, home, group->display_name.value));
  if (way == BY_ID) {
    TRY(rename_as(draft, &group_display_name, arena, &name));
    TRY(put_group_name(keys, arena, BOTH, home, name));
    TRY(PUT_KEY(keys, arena, BOTH, "group", home, group->external_id.value)); /* it may have gone by now */
  }
  if (way != BY_NAME) {
    TRY(rename_as(draft, &group_name, arena, &external_id));
    TRY(PUT_KEY(keys, arena, BOTH, "group", home, external_id));
  }
  for (int other = 0; draft->deletes && other < WAYS; other++)
    TRY(PUT_KEY(keys, arena, other == (int)way ? OWNED : ASKED_FOR, "group by", str_of(ways[other]), home));
  return R_OK;
}

typedef RESULT keys_of_row(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                           struct keys *keys);
static keys_of_row *const kinds[IMPORT_ROW__KINDS] = {[IMPORT_ROW_TENANT] = keys_of_tenant,
                                                      [IMPORT_ROW_USER] = keys_of_user,
                                                      [IMPORT_ROW_GRANT] = keys_of_grant,
                                                      [IMPORT_ROW_CLIENT] = keys_of_client,
                                                      [IMPORT_ROW_GROUP] = keys_of_group,
                                                      [IMPORT_ROW_MEMBERSHIP] = keys_of_membership};

static RESULT keys_of(const struct import_draft *draft, const struct import_row *row, struct arena *arena,
                      struct keys *ret_keys)
{
  *ret_keys = (struct keys){0};
  return kinds[row->kind] ? kinds[row->kind](draft, row, arena, ret_keys) : R_OK;
}

/* Opening. */

/* As the API shows it, where it has one. */
static RESULT read_home(struct import_rows *s, struct import_draft *draft)
{
  struct store_object tenant;
  const struct json *view;
  draft->tenant = s->job.key.tenant;
  draft->reading = (struct store_call){.pool = s->domain->app, .scope = s->whole, .arena = s->arena, .tx = s->tx};
  enum result r = store_tenant_get(&draft->reading, &draft->tenant, &tenant);
  if (r != R_OK)
    return r == R_NOT_FOUND ? R_AGAIN : r;
  TRY(json_parse(tenant.body, s->arena, &view));
  draft->home = json_str(json_member(view, "external_id"));
  return R_OK;
}

static void forget_text(void *object)
{
  struct import_draft *draft = object;
  arena_free(&draft->arena);
}

RESULT import_draft_open(struct import_rows *s)
{
  struct import_draft *draft = arena_alloc(s->arena, sizeof *draft);
  s->drafted = arena_array(s->arena, OWN_MOST * ((size_t)s->most + 1), sizeof *s->drafted);
  if (!draft || !s->drafted || !arena_on_free(s->arena, forget_text, draft))
    return R_NO_MEMORY;
  draft->begun = clock_now() / 1000;
  draft->deletes = s->apply.mode == IMPORT_DELETE;
  TRY(import_made_new(s->arena, &s->actor.made));
  TRY(read_home(s, draft));
  s->draft = draft;
  return R_OK;
}

/* Rows that were applied in earlier steps. */

static bool add_asked(struct import_draft *draft, const struct uuid *key)
{
  size_t at;
  memcpy(&at, key->b, sizeof at); /* a digest */
  for (at %= ASKED_PLACES; !uuid_is_zero(&draft->asked[at]); at = (at + 1) % ASKED_PLACES)
    if (uuid_equal(&draft->asked[at], key))
      return false;
  draft->asked[at] = *key;
  draft->asked_count++;
  return true;
}

static bool add_number(struct import_draft *draft, int64_t number)
{
  size_t at = (size_t)number * 2654435761u % BROUGHT_PLACES;
  for (; draft->numbers[at]; at = (at + 1) % BROUGHT_PLACES)
    if (draft->numbers[at] == number + 1)
      return false;
  draft->numbers[at] = number + 1;
  draft->brought_count++;
  return true;
}

static RESULT ask_keys(struct import_draft *draft, const struct keys *keys)
{
  for (size_t i = 0; i < keys->asked_count; i++) {
    if (draft->asked_count == ASKED)
      return R_LIMIT_REACHED;
    if (add_asked(draft, &keys->asked[i]))
      draft->keys[draft->key_count++] = keys->asked[i];
  }
  return R_OK;
}

static RESULT ask_for(struct import_draft *draft, const struct import_row *row, struct arena *arena)
{
  struct keys keys;
  TRY(keys_of(draft, row, arena, &keys));
  return ask_keys(draft, &keys);
}

/* Rows that end who runs the tenant at `home`. */
static RESULT ask_for_admin(struct import_draft *draft, struct str home, const struct uuid *admin, struct arena *arena)
{
  struct keys keys = {0};
  char id[UUID_TEXT];
  uuid_format(admin, id);
  struct str name = arena_print(arena, "id:%s", id);
  if (!name.p)
    return R_NO_MEMORY;
  TRY(put_user(draft, &keys, arena, ASKED_FOR, (const struct str[]){home, name}));
  return ask_keys(draft, &keys);
}

/* Whoever loads cannot leave their own tenant without somebody who runs it: each row that takes that from one of them
   counts for the next. Once a step; where their home is not below the job's tenant no row does. */
static RESULT ask_for_admins(struct import_rows *s, struct arena *arena)
{
  struct import_draft *draft = s->draft;
  const struct uuid *tenant = &s->actor.who.home;
  char id[UUID_TEXT];
  struct json_text named = {.present = true};
  struct keys keys = {0};
  struct str home;
  const struct store_admin *admins;
  size_t count;
  if (draft->knows_admins || s->actor.who.kind == DOMAIN_ACTOR_OPERATOR)
    return R_OK;
  draft->knows_admins = true;
  uuid_format(tenant, id);
  named.value = arena_print(arena, "id:%s", id);
  TRY(place_of(draft, &named, arena, &home));
  TRY(PUT_KEY(&keys, arena, ASKED_FOR, "run", home));
  TRY(ask_keys(draft, &keys));
  if (!draft->deletes)
    return R_OK;
  TRY(store_tx_scope(s->tx, s->whole));
  TRY(store_grant_admins(s->tx, tenant, clock_now(), &admins, &count));
  for (size_t i = 0; i < count; i++)
    TRY(ask_for_admin(draft, home, &admins[i].principal, arena));
  return R_OK;
}

/* The line at a place, which is often near the one before. */
static RESULT line_at(struct import_rows *s, int64_t place, struct import_line *ret_line)
{
  struct import_draft *draft = s->draft;
  int64_t at = place - draft->text.begins;
  if (at >= 0 && at < (int64_t)draft->text.bytes.n && import_line_at(&draft->text, (size_t)at, ret_line))
    return R_OK;
  arena_free(&draft->arena);
  draft->text = (struct import_text){0};
  draft->arena = arena_new(TEXT_ARENA);
  if (!draft->arena)
    return R_NO_MEMORY;
  TRY(import_text_read(s, place, draft->arena, &draft->text));
  return import_line_at(&draft->text, 0, ret_line) ? R_OK : FAULT(R_INTERNAL);
}

static RESULT read_row(struct import_rows *s, struct brought *brought, struct arena *arena)
{
  struct import_verdict ignored = {0};
  struct import_line line;
  TRY(line_at(s, brought->place, &line));
  line.text = arena_copy(arena, line.text);
  if (!line.text.p)
    return R_NO_MEMORY;
  return import_rows_parse(s, &line, arena, &ignored, &brought->row) == R_OK ? R_OK : FAULT(R_INTERNAL);
}

static RESULT add_row(struct import_rows *s, const struct store_draft *found, struct arena *arena)
{
  struct import_draft *draft = s->draft;
  struct brought *brought = &draft->rows[draft->row_count];
  if (!add_number(draft, found->number))
    return R_OK;
  if (draft->brought_count > BROUGHT)
    return R_LIMIT_REACHED;
  *brought = (struct brought){.number = found->number, .place = found->place};
  draft->row_count++;
  TRY(read_row(s, brought, arena));
  return ask_for(draft, &brought->row, arena);
}

/* Rows of the keys that are to be asked for, and then theirs. */
static RESULT find_rows(struct import_rows *s, struct arena *arena)
{
  struct import_draft *draft = s->draft;
  struct store_call call = {.pool = s->domain->app, .scope = s->whole, .arena = arena, .tx = s->tx};
  TRY(store_tx_scope(s->tx, s->whole));
  while (draft->key_count > 0) {
    const struct store_draft_keys wanted = {draft->keys, draft->key_count, BROUGHT + 1};
    const struct store_draft *found;
    size_t count;
    TRY(store_draft_find(&call, &s->job.key.job, &wanted, &found, &count));
    draft->key_count = 0;
    for (size_t i = 0; i < count; i++)
      TRY(add_row(s, &found[i], arena));
  }
  return R_OK;
}

static int by_number(const void *a, const void *b)
{
  const struct brought *x = a, *y = b;
  return (x->number > y->number) - (x->number < y->number);
}

static RESULT apply_again(struct import_rows *s, const void *what, struct arena *arena,
                          struct import_applied *ret_applied)
{
  return import_apply(&s->apply, what, arena, ret_applied);
}

/* What is refused by now is refused for rows that depend on it as well. */
static RESULT apply_rows(struct import_rows *s)
{
  struct import_draft *draft = s->draft;
  qsort(draft->rows, draft->row_count, sizeof *draft->rows, by_number);
  for (size_t i = 0; i < draft->row_count; i++) {
    CLEANUP(arena_free) struct arena *arena = arena_new(ROW_ARENA);
    struct import_applied ignored;
    if (!arena)
      return R_NO_MEMORY;
    enum result r = import_rows_marked(s, apply_again, &draft->rows[i].row, arena, &ignored);
    if (import_rows_is_passing(r) || r == R_AGAIN)
      return r;
  }
  return R_OK;
}

/* Whose rows have no room together never will. */
static RESULT collect(struct import_rows *s, const struct import_row *rows, size_t count, struct arena *arena)
{
  enum result r = ask_for_admins(s, arena);
  for (size_t i = 0; r == R_OK && i < count; i++)
    r = ask_for(s->draft, &rows[i], arena);
  if (r == R_OK)
    r = find_rows(s, arena);
  return r == R_NO_MEMORY ? R_LIMIT_REACHED : r;
}

static RESULT bring(struct import_rows *s, const struct import_row *rows, size_t count, struct arena *arena)
{
  s->draft->key_count = s->draft->row_count = 0;
  TRY(collect(s, rows, count, arena));
  return apply_rows(s);
}

RESULT import_draft_bring(struct import_rows *s, const struct import_row *rows, size_t count)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(BRING_ARENA);
  if (!arena)
    return R_NO_MEMORY;
  enum result r = bring(s, rows, count, arena);
  if (r != R_LIMIT_REACHED)
    return r;
  import_rows_stop(s, r);
  return R_OK;
}

/* Rows of this step. */

static bool is_young(const struct import_draft *draft, const struct uuid *id)
{
  int64_t made = 0;
  for (int i = 0; i < 6; i++)
    made = made << 8 | id->b[i];
  return made >= draft->begun;
}

static RESULT keep(struct import_rows *s, const struct import_verdict *verdict)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(ROW_ARENA);
  const struct import_row *row = verdict->row;
  struct str home;
  struct keys keys;
  if (!arena)
    return R_NO_MEMORY;
  TRY(keys_of(s->draft, row, arena, &keys));
  if (verdict->applied.freed.p && row->kind == IMPORT_ROW_USER) {
    TRY(place_of(s->draft, &row->user.tenant_external_id, arena, &home));
    TRY(put_login(&keys, arena, OWNED, home, verdict->applied.freed));
  }
  if (verdict->applied.freed.p && row->kind == IMPORT_ROW_GROUP) {
    TRY(place_of(s->draft, &row->group.tenant_external_id, arena, &home));
    TRY(put_group_name(&keys, arena, OWNED, home, verdict->applied.freed));
  }
  for (size_t i = 0; i < keys.own_count; i++)
    s->drafted[s->drafted_count++] =
        (struct store_draft){keys.own[i], s->job.results * IN_STEP + s->rows, verdict->place};
  return R_OK;
}

void import_draft_keep(struct import_rows *s, struct import_verdict *verdict)
{
  struct uuid *const ids[] = {&verdict->applied.id, &verdict->applied.was};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
    if (is_young(s->draft, ids[i]))
      *ids[i] = (struct uuid){0};
  bool differs = verdict->why == R_OK && verdict->applied.effect != IMPORT_UNCHANGED && verdict->line > 0;
  if (differs && keep(s, verdict) != R_OK)
    s->draft->failed = true;
}

RESULT import_draft_put(struct import_rows *s)
{
  if (s->draft->failed)
    return R_NO_MEMORY;
  return s->drafted_count > 0 ? store_draft_put(s->tx, &s->job.key.job, s->drafted, s->drafted_count) : R_OK;
}
