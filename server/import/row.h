/* One line of an import, decoded: what it says a tenant, a user, a group, a membership, a grant or a client is. */
#pragma once
#include "json/body.h"

/* What becomes of what a row names. */
enum import_mode {
  IMPORT_UPSERT, /* made, or changed where it differs */
  IMPORT_CREATE, /* made; one that is there is refused */
  IMPORT_DELETE, /* removed: its key alone is looked at */
  IMPORT_SYNC,   /* as IMPORT_UPSERT, and what no row names is removed behind the last one */
  IMPORT__MODES
};

enum import_row_kind {
  IMPORT_ROW_NONE,
  IMPORT_ROW_TENANT,
  IMPORT_ROW_USER,
  IMPORT_ROW_GRANT,
  IMPORT_ROW_CLIENT,
  IMPORT_ROW_GROUP,
  IMPORT_ROW_MEMBERSHIP,
  IMPORT_ROW__KINDS
};

/* Whatever names a tenant, a user, a client, a group or a role by external_id or name may name it by its id instead:
   "id:..." (import_row_id). What is named so is not made. */

/* A tenant stands under another, and there external_id tells it from its siblings. */
struct import_row_tenant {
  struct json_text kind, external_id, tenant_external_id, tenant_kind, name;
};

/* external_id tells a user from the others of the tenant; without one the login does. Absent members stay as they are,
   null ones end. */
struct import_row_user {
  struct json_text kind, external_id, tenant_external_id, login, display_name, email;
  struct json_text password_hash; /* of another system; counts as long as the user has no password */
  struct json_texts dialling_addresses;
};

/* Known by holder, role, tenant and scope. One member names the holder, of a home that is the grant's tenant unless
   user_tenant_external_id names it; null: the importer's. */
struct import_row_grant {
  struct json_text kind, user_external_id, user_login, client_external_id, group_external_id, group_display_name;
  struct json_text user_tenant_external_id, tenant_external_id, role, scope, reason, ticket;
  struct json_time not_before, expires_at;
};

/* external_id tells a client from the others of the tenant. `keys` is an array of JWKs and of keys in PEM. */
struct import_row_client {
  struct json_text kind, external_id, tenant_external_id, display_name;
  struct json_texts networks;
  struct json_raw keys;
};

/* external_id tells a group from the others of the tenant; without one its name does. */
struct import_row_group {
  struct json_text kind, external_id, tenant_external_id, display_name, state;
};

/* Of the group that external_id or display_name names; another member names who is in it. All are at home in one
   tenant. */
struct import_row_membership {
  struct json_text kind, external_id, display_name, tenant_external_id;
  struct json_text user_external_id, user_login, client_external_id, group_external_id, group_display_name;
};

struct import_row {
  enum import_row_kind kind; /* IMPORT_ROW_NONE until it is known */
  struct str name;           /* what the line is about, by its key; .p NULL until it is known to be a good one */
  const char *naming;        /* the member that says so, or is to say so */
  struct str blamed;         /* the first member that is wrong; .p NULL: none is named */
  union {
    struct import_row_tenant tenant;
    struct import_row_user user;
    struct import_row_grant grant;
    struct import_row_client client;
    struct import_row_group group;
    struct import_row_membership membership;
  };
};

/* R_MALFORMED, R_TOO_LARGE: *ret_wrong names every wrong member, and *ret_row has what is known. Both live in the
   arena, beside the text of the line. */
RESULT import_row_read(struct str line, enum import_mode mode, struct arena *arena, struct import_row *ret_row,
                       struct str *ret_wrong);

/* "upsert", ...: IMPORT__MODES for what is none. */
enum import_mode import_row_mode(struct str name);

/* "id:" and the id of a thing, which names it whatever it is called. What has such a name as its external_id can be
   named by its id alone. */
bool import_row_id(struct str name, struct uuid *ret_id);

/* Whether rows of some kind have such a member, and whether it is a list. */
bool import_row_has(struct str member);
bool import_row_is_list(struct str member);

/* "tenant", "user", ...; "" for none. */
const char *import_row_kind_name(enum import_row_kind kind);
