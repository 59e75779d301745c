/* Rows of tenants, principals, roles, grants, memberships, ended sessions and terms of sessions, put into the model or
   dropped from it. A word that this binary does not know, as a newer schema may hold, becomes 0, which permits
   nothing. */
#include "policy/fact.h"
#include "base/network.h"
#include "policy/mint.h"

static const char *const tenant_kinds[] = {
    [BW_TENANT_PROVIDER] = "provider", [BW_TENANT_PARTNER] = "partner", [BW_TENANT_CUSTOMER] = "customer"};
static const char *const tenant_states[] = {
    [BW_TENANT_ACTIVE] = "active",
    [BW_TENANT_STAFF_SUSPENDED] = "staff",
    [BW_TENANT_SUBTREE_SUSPENDED] = "subtree",
    [BW_TENANT_TERMINATED] = "terminated"};
static const char *const principal_kinds[] = {
    [BW_PRINCIPAL_USER] = "user", [BW_PRINCIPAL_CLIENT] = "client", [BW_PRINCIPAL_GROUP] = "group"};
static const char *const principal_states[] = {[BW_PRINCIPAL_ACTIVE] = "active",
                                               [BW_PRINCIPAL_INVITED] = "invited",
                                               [BW_PRINCIPAL_SUSPENDED] = "suspended",
                                               [BW_PRINCIPAL_TERMINATED] = "terminated"};
static const char *const reaches[] = {[BW_REACH_SELF] = "self", [BW_REACH_SUBTREE] = "subtree"};

#define NUMBER_OF(text, names) number_of((text), (names), sizeof(names) / sizeof *(names))

static unsigned number_of(struct str text, const char *const *names, size_t count)
{
  for (unsigned i = 1; i < count; i++)
    if (str_is(text, names[i]))
      return i;
  return 0;
}

static struct bw_id id_of(const struct db_rows *rows, int row, int column)
{
  struct uuid uuid = db_uuid(rows, row, column);
  return policy_id(&uuid);
}

/* Columns that every kind but the session begins with. */
enum { ID, KNOWN, FIRST };

/* Unlike others, a word that nobody knows asks for all that can be asked. */
static enum bw_factor_rule rule_of(struct str text)
{
  if (!text.p || str_is(text, "none"))
    return BW_FACTOR_NOBODY;
  return str_is(text, "privileged") ? BW_FACTOR_PRIVILEGED : BW_FACTOR_EVERYONE;
}

/* Cut to minutes, which is stricter, but not to none: that is no limit. */
static unsigned minutes_of(struct str seconds)
{
  unsigned long long n = 0;
  if (!seconds.p)
    return 0;
  if (!str_number(seconds, UINT32_MAX, &n) || n < 60)
    return 1;
  return (unsigned)(n / 60);
}

static bool apply_tenant(struct bw_model *model, const struct db_rows *rows, int row)
{
  struct bw_tenant_fact fact = {.id = id_of(rows, row, ID), .parent = id_of(rows, row, FIRST)};
  if (!db_bool(rows, row, KNOWN)) {
    bw_model_drop_tenant(model, &fact.id);
    return true;
  }
  struct str label = db_text(rows, row, FIRST + 1);
  memcpy(fact.label, label.p, label.n < BW_LABEL ? label.n : BW_LABEL);
  fact.kind = NUMBER_OF(db_text(rows, row, FIRST + 2), tenant_kinds);
  fact.state = NUMBER_OF(db_text(rows, row, FIRST + 3), tenant_states);
  fact.boundary = db_bool(rows, row, FIRST + 4);
  fact.factor_rule = rule_of(db_text(rows, row, FIRST + 5));
  fact.factor_minutes = minutes_of(db_text(rows, row, FIRST + 6));
  return bw_model_put_tenant(model, &fact);
}

static bool apply_principal(struct bw_model *model, const struct db_rows *rows, int row)
{
  struct bw_principal_fact fact = {.id = id_of(rows, row, ID), .home = id_of(rows, row, FIRST)};
  if (!db_bool(rows, row, KNOWN)) {
    bw_model_drop_principal(model, &fact.id);
    return true;
  }
  fact.kind = NUMBER_OF(db_text(rows, row, FIRST + 1), principal_kinds);
  fact.state = NUMBER_OF(db_text(rows, row, FIRST + 2), principal_states);
  fact.epoch = (uint32_t)db_int(rows, row, FIRST + 3);
  return bw_model_put_principal(model, &fact);
}

static bool apply_role(struct bw_model *model, const struct db_rows *rows, int row)
{
  struct bw_role_fact fact = {.id = id_of(rows, row, ID), .tenant = id_of(rows, row, FIRST)};
  if (!db_bool(rows, row, KNOWN)) {
    bw_model_drop_role(model, &fact.id);
    return true;
  }
  struct str names = db_text(rows, row, FIRST + 1);
  while (names.n > 0) {
    struct str name = str_cut(&names, ' ');
    enum bw_permission permission = bw_permission_named(name.p, name.n);
    if (permission != BW_PERMISSION_NONE)
      bw_permission_add(&fact.permissions, permission);
  }
  return bw_model_put_role(model, &fact);
}

static bool apply_grant(struct bw_model *model, const struct db_rows *rows, int row)
{
  struct bw_grant_fact fact = {.id = id_of(rows, row, ID),
                               .principal = id_of(rows, row, FIRST),
                               .role = id_of(rows, row, FIRST + 1),
                               .tenant = id_of(rows, row, FIRST + 2)};
  if (!db_bool(rows, row, KNOWN)) {
    bw_model_drop_grant(model, &fact.id);
    return true;
  }
  fact.reach = NUMBER_OF(db_text(rows, row, FIRST + 3), reaches);
  fact.not_before = db_time(rows, row, FIRST + 4);
  fact.expires_at = db_time(rows, row, FIRST + 5);
  return bw_model_put_grant(model, &fact);
}

static bool apply_membership(struct bw_model *model, const struct db_rows *rows, int row)
{
  struct bw_membership_fact fact = {
      .id = id_of(rows, row, ID), .member = id_of(rows, row, FIRST), .group = id_of(rows, row, FIRST + 1)};
  if (!db_bool(rows, row, KNOWN)) {
    bw_model_drop_membership(model, &fact.id);
    return true;
  }
  return bw_model_put_membership(model, &fact);
}

static bool apply_session(struct bw_model *model, const struct db_rows *rows, int row)
{
  struct bw_id id = id_of(rows, row, 0);
  return db_is_null(rows, row, 1) || bw_model_end_session(model, &id, db_time(rows, row, 1));
}

enum { NETWORKS_MOST = 64 };

/* A line that is no network admits nobody. */
static void bind(struct str lines, struct bw_network list[NETWORKS_MOST], struct bw_terms_fact *fact)
{
  fact->bounded = lines.p != NULL;
  fact->networks = list;
  while (lines.n > 0 && fact->network_count < NETWORKS_MOST) {
    struct network network;
    if (!network_parse(str_cut(&lines, '\n'), &network))
      continue;
    struct bw_network *place = &list[fact->network_count++];
    memcpy(place->base, network.base, sizeof place->base);
    place->bits = (unsigned char)network.bits;
  }
}

/* A rule and an age for each portal, then networks, a line each. */
static bool apply_terms(struct bw_model *model, const struct db_rows *rows, int row)
{
  struct bw_network networks[NETWORKS_MOST];
  struct bw_terms_fact fact = {.id = id_of(rows, row, ID)};
  if (!db_bool(rows, row, KNOWN)) {
    bw_model_drop_terms(model, &fact.id);
    return true;
  }
  for (int i = 1; i <= BW_PORTALS; i++) {
    fact.factor_rule[i] = rule_of(db_text(rows, row, FIRST + 2 * (i - 1)));
    fact.factor_minutes[i] = minutes_of(db_text(rows, row, FIRST + 2 * (i - 1) + 1));
  }
  bind(db_text(rows, row, FIRST + 2 * BW_PORTALS), networks, &fact);
  return bw_model_put_terms(model, &fact);
}

const struct policy_fact_kind policy_fact_kinds[POLICY_FACTS] = {
    [POLICY_TENANT] = {"tenant", SQL_policy_tenants, SQL_policy_tenants_changed, apply_tenant},
    [POLICY_PRINCIPAL] = {"principal", SQL_policy_principals, SQL_policy_principals_changed, apply_principal},
    [POLICY_ROLE] = {"role", SQL_policy_roles, SQL_policy_roles_changed, apply_role},
    [POLICY_GRANT] = {"grant", SQL_policy_grants, SQL_policy_grants_changed, apply_grant},
    [POLICY_MEMBERSHIP] = {"membership", SQL_policy_memberships, SQL_policy_memberships_changed, apply_membership},
    [POLICY_SESSION] = {"session", SQL_policy_sessions, SQL_policy_sessions_changed, apply_session},
    [POLICY_TERMS] = {"terms", SQL_policy_terms, SQL_policy_terms_changed, apply_terms},
};
