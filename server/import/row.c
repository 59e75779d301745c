/* Decodes a line by the table of its kind. Trusts: nothing of the line. */
#include "import/row.h"
#include "base/buf.h"
#include "base/text.h"

enum { WRONG_MOST = 16 * 1024 };

#define TENANT(member, need, max) FIELD(struct import_row_tenant, member, need, 1, max)
#define USER(member, need, min, max) FIELD(struct import_row_user, member, need, min, max)
#define GRANT(member, need, max) FIELD(struct import_row_grant, member, need, 1, max)

#define GROUP(member, need, max) FIELD(struct import_row_group, member, need, 1, max)
#define MEMBERSHIP(member, need, max) FIELD(struct import_row_membership, member, need, 1, max)
#define CLIENT(member, need, min, max) FIELD(struct import_row_client, member, need, min, max)

/* `need`: of what is no key, so that what is removed need not be told. */
#define TENANT_FIELDS(need)                                                                                            \
  TENANT(kind, REQUIRED, 8), TENANT(external_id, REQUIRED, 200), TENANT(tenant_external_id, NULLABLE, 200),            \
      FIELD_CHOICE(struct import_row_tenant, tenant_kind, need, 1, 16, "partner|customer"), TENANT(name, need, 128)

#define USER_FIELDS(need)                                                                                              \
  USER(kind, REQUIRED, 1, 8), USER(external_id, OPTIONAL, 1, 200), USER(tenant_external_id, NULLABLE, 1, 200),         \
      USER(login, need, 1, 128), USER(display_name, OPTIONAL, 1, 128), USER(email, NULLABLE, 3, 254),                  \
      USER(password_hash, OPTIONAL, 1, 512), USER(dialling_addresses, OPTIONAL, 0, 32)

#define CLIENT_FIELDS(need)                                                                                            \
  CLIENT(kind, REQUIRED, 1, 8), CLIENT(external_id, REQUIRED, 1, 200), CLIENT(tenant_external_id, NULLABLE, 1, 200),   \
      CLIENT(display_name, need, 1, 128), CLIENT(networks, OPTIONAL, 0, 32), CLIENT(keys, OPTIONAL, 0, 0)

#define GROUP_FIELDS(need)                                                                                             \
  GROUP(kind, REQUIRED, 8), GROUP(external_id, OPTIONAL, 200), GROUP(tenant_external_id, NULLABLE, 200),               \
      GROUP(display_name, need, 128),                                                                                  \
      FIELD_CHOICE(struct import_row_group, state, OPTIONAL, 1, 16, "active|suspended")

BODY(import_row_group_body, "ImportGroup", GROUP_FIELDS(REQUIRED));
BODY(import_row_group_key, "ImportGroupKey", GROUP_FIELDS(OPTIONAL));
BODY(import_row_membership_body, "ImportMembership", MEMBERSHIP(kind, REQUIRED, 16),
     MEMBERSHIP(external_id, OPTIONAL, 200), MEMBERSHIP(display_name, OPTIONAL, 128),
     MEMBERSHIP(tenant_external_id, NULLABLE, 200), MEMBERSHIP(user_external_id, OPTIONAL, 200),
     MEMBERSHIP(user_login, OPTIONAL, 128), MEMBERSHIP(client_external_id, OPTIONAL, 200),
     MEMBERSHIP(group_external_id, OPTIONAL, 200), MEMBERSHIP(group_display_name, OPTIONAL, 128));
BODY(import_row_client_body, "ImportClient", CLIENT_FIELDS(REQUIRED));
BODY(import_row_client_key, "ImportClientKey", CLIENT_FIELDS(OPTIONAL));
BODY(import_row_tenant_body, "ImportTenant", TENANT_FIELDS(REQUIRED));
BODY(import_row_tenant_key, "ImportTenantKey", TENANT_FIELDS(OPTIONAL));
BODY(import_row_user_body, "ImportUser", USER_FIELDS(REQUIRED));
BODY(import_row_user_key, "ImportUserKey", USER_FIELDS(OPTIONAL));
BODY(import_row_grant_body, "ImportGrant", GRANT(kind, REQUIRED, 8), GRANT(user_external_id, OPTIONAL, 200),
     GRANT(user_login, OPTIONAL, 128), GRANT(client_external_id, OPTIONAL, 200),
     GRANT(group_external_id, OPTIONAL, 200), GRANT(group_display_name, OPTIONAL, 128),
     GRANT(user_tenant_external_id, NULLABLE, 200), GRANT(tenant_external_id, NULLABLE, 200), GRANT(role, REQUIRED, 64),
     FIELD_CHOICE(struct import_row_grant, scope, REQUIRED, 1, 16, "self|subtree"), GRANT(reason, NULLABLE, 500),
     GRANT(ticket, NULLABLE, 100), GRANT(not_before, NULLABLE, 0), GRANT(expires_at, NULLABLE, 0));

/* Each kind with its tables, the second for what is to be removed, and the members that name the row: the first that
   is there does. Where they name somebody else than the row is about, two could be two people. `beside`: what it names
   as well, by one of them. */
enum { NAMES = 5, BESIDE = 2 };
static const struct kind {
  const char *name, *members[NAMES];
  const struct json_body *body, *key;
  bool either;
  const char *beside[BESIDE];
} kinds[] = {
    [IMPORT_ROW_NONE] = {"", {""}, NULL, NULL},
    [IMPORT_ROW_TENANT] = {"tenant", {"external_id"}, &import_row_tenant_body, &import_row_tenant_key},
    [IMPORT_ROW_USER] = {"user", {"external_id", "login"}, &import_row_user_body, &import_row_user_key},
    [IMPORT_ROW_GRANT] = {"grant",
                          {"user_external_id", "user_login", "client_external_id", "group_external_id",
                           "group_display_name"},
                          &import_row_grant_body,
                          &import_row_grant_body,
                          true},
    [IMPORT_ROW_CLIENT] = {"client", {"external_id"}, &import_row_client_body, &import_row_client_key},
    [IMPORT_ROW_GROUP] = {"group", {"external_id", "display_name"}, &import_row_group_body, &import_row_group_key},
    [IMPORT_ROW_MEMBERSHIP] = {"membership",
                               {"user_external_id", "user_login", "client_external_id", "group_external_id",
                                "group_display_name"},
                               &import_row_membership_body,
                               &import_row_membership_body,
                               true,
                               {"external_id", "display_name"}},
};
_Static_assert(sizeof kinds / sizeof *kinds == IMPORT_ROW__KINDS, "every kind has a row");

static const char *const modes[IMPORT__MODES] = {
    [IMPORT_UPSERT] = "upsert", [IMPORT_CREATE] = "create", [IMPORT_DELETE] = "delete", [IMPORT_SYNC] = "sync"};

enum import_mode import_row_mode(struct str name)
{
  int mode = 0;
  while (mode < IMPORT__MODES && !str_is(name, modes[mode]))
    mode++;
  return (enum import_mode)mode;
}

bool import_row_id(struct str name, struct uuid *ret_id)
{
  struct str prefix = STR("id:");
  return str_starts(name, prefix) && uuid_parse((struct str){name.p + prefix.n, name.n - prefix.n}, ret_id);
}

const char *import_row_kind_name(enum import_row_kind kind) { return kinds[kind].name; }

static const struct json_field *field_of(struct str member)
{
  for (int kind = 1; kind < IMPORT_ROW__KINDS; kind++)
    for (size_t i = 0; i < kinds[kind].body->count; i++)
      if (str_is(member, kinds[kind].body->fields[i].name))
        return &kinds[kind].body->fields[i];
  return NULL;
}

bool import_row_has(struct str member) { return field_of(member); }

bool import_row_is_list(struct str member)
{
  const struct json_field *field = field_of(member);
  return field && field->kind == JSON_FIELD_TEXTS;
}

static enum import_row_kind kind_of(const struct json *object)
{
  struct str name = json_str(json_member(object, "kind"));
  for (int i = 1; name.p && i < IMPORT_ROW__KINDS; i++)
    if (str_is(name, kinds[i].name))
      return (enum import_row_kind)i;
  return IMPORT_ROW_NONE;
}

/* The name of a wrong member comes from the line and goes to somebody's terminal. */
static void put_member(struct buf *text, struct str member)
{
  for (size_t i = 0; i < member.n; i++)
    buf_put_char(text, member.p[i] > ' ' && member.p[i] < 0x7F ? member.p[i] : '?');
}

static struct str describe(const struct json_errors *errors, struct arena *arena, const char *name, bool *ret_named)
{
  struct buf text = buf_in(arena, WRONG_MOST);
  *ret_named = true;
  for (size_t i = 0; i < errors->count; i++) {
    const struct json_error *e = &errors->list[i];
    *ret_named &= !str_is(e->field, name);
    buf_put(&text, i ? STR("; ") : STR(""));
    put_member(&text, e->field);
    buf_print(&text, "%s%s", e->field.n ? ": " : "", e->message);
  }
  return buf_str(&text);
}

/* The member that names the row, and another that does too; else NULL. Where none does it is the last one of two. */
static const char *naming(const char *const *members, int most, const struct json *object, const char **ret_other)
{
  const char *found = NULL;
  *ret_other = NULL;
  for (int i = 0; i < most && members[i] && !*ret_other; i++)
    if (json_member(object, members[i]))
      *(found ? ret_other : &found) = members[i];
  return found ? found : members[members[1] ? 1 : 0];
}

/* That a row has no name, or one too many. */
static RESULT misname(const char *missing, const char *name, const char *other, struct arena *arena,
                      struct str *ret_wrong)
{
  *ret_wrong = other ? arena_print(arena, "%s: Must not stand beside %s", other, name)
                     : arena_print(arena, "%s: Is missing, and %s as well", missing, name);
  return R_MALFORMED;
}

/* R_MALFORMED: the row does not name by one member what it names beside what it is about. */
static RESULT check_beside(const struct kind *kind, const struct json *object, struct arena *arena,
                           struct import_row *ret_row, struct str *ret_wrong)
{
  const char *other, *name = kind->beside[0] ? naming(kind->beside, BESIDE, object, &other) : NULL;
  if (!name || (json_member(object, name) && !other))
    return R_OK;
  ret_row->blamed = str_of(other ? other : kind->beside[0]);
  return misname(kind->beside[0], name, other, arena, ret_wrong);
}

static RESULT decode(const struct json *object, enum import_mode mode, struct arena *arena, struct import_row *ret_row,
                     struct str *ret_wrong)
{
  const struct kind *kind = &kinds[ret_row->kind];
  const char *other, *name = naming(kind->members, NAMES, object, &other);
  struct json_errors errors = {0};
  bool named = true;
  ret_row->naming = name;
  enum result r =
      json_decode_value(object, mode == IMPORT_DELETE ? kind->key : kind->body, arena, &ret_row->tenant, &errors);
  if (r == R_MALFORMED)
    *ret_wrong = describe(&errors, arena, name, &named);
  if (r == R_MALFORMED && errors.count > 0 && errors.list[0].field.n > 0)
    ret_row->blamed = errors.list[0].field;
  if (named)
    ret_row->name = json_str(json_member(object, name));
  other = kind->either ? other : NULL;
  TRY(r);
  if (ret_row->name.p && !other)
    return check_beside(kind, object, arena, ret_row, ret_wrong);
  ret_row->blamed = str_of(other ? other : kind->members[0]);
  return misname(kind->members[0], name, other, arena, ret_wrong);
}

RESULT import_row_read(struct str line, enum import_mode mode, struct arena *arena, struct import_row *ret_row,
                       struct str *ret_wrong)
{
  const struct json *object;
  *ret_row = (struct import_row){0};
  *ret_wrong = STR_NONE;
  enum result r = json_parse(line, arena, &object);
  if (r == R_MALFORMED)
    *ret_wrong = text_utf8_valid(line) ? STR("Is not one JSON value of at most 32 levels") : STR("Is not UTF-8");
  TRY(r);
  if (json_kind(object) != JSON_KIND_OBJECT) {
    *ret_wrong = STR("Must be an object");
    return R_MALFORMED;
  }
  ret_row->kind = kind_of(object);
  if (ret_row->kind == IMPORT_ROW_NONE) {
    *ret_wrong = STR("kind: Must be one of tenant|user|grant|client|group|membership");
    ret_row->blamed = STR("kind");
    return R_MALFORMED;
  }
  return decode(object, mode, arena, ret_row, ret_wrong);
}
