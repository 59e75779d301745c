/* Looking up where an object stands. */
#include "api/place.h"
#include "policy/mint.h"

static struct bw_id place_tenant(const struct bw_model *model, const struct bw_id *id)
{
  (void)model;
  return *id;
}

static struct bw_id place_principal(const struct bw_model *model, const struct bw_id *id, enum bw_principal_kind kind)
{
  struct bw_principal_fact fact;
  return bw_principal(model, id, &fact) && fact.kind == kind ? fact.home : (struct bw_id){0};
}

static struct bw_id place_user(const struct bw_model *model, const struct bw_id *id)
{
  return place_principal(model, id, BW_PRINCIPAL_USER);
}

static struct bw_id place_client(const struct bw_model *model, const struct bw_id *id)
{
  return place_principal(model, id, BW_PRINCIPAL_CLIENT);
}

static struct bw_id place_group(const struct bw_model *model, const struct bw_id *id)
{
  return place_principal(model, id, BW_PRINCIPAL_GROUP);
}

static struct bw_id place_grant(const struct bw_model *model, const struct bw_id *id)
{
  struct bw_grant_fact fact;
  return bw_grant(model, id, &fact) ? fact.tenant : (struct bw_id){0};
}

static struct bw_id place_role(const struct bw_model *model, const struct bw_id *id)
{
  struct bw_role_fact fact;
  return bw_role(model, id, &fact) ? fact.tenant : (struct bw_id){0};
}

/* A role is seen below where it stands: asked about by name, the answer would be of its tenant alone. */
static const struct {
  const char *name;
  struct bw_id (*place)(const struct bw_model *model, const struct bw_id *id);
} types[API__TYPES] = {
    [API_TENANT] = {"tenant", place_tenant},
    [API_USER] = {"user", place_user},
    [API_CLIENT] = {"client", place_client},
    [API_GROUP] = {"group", place_group},
    [API_GRANT] = {"grant", place_grant},
    [API_ROLE] = {"", place_role},
};

enum api_type api_type_named(struct str name)
{
  for (int i = 1; i < API__TYPES; i++)
    if (name.n > 0 && str_is(name, types[i].name))
      return (enum api_type)i;
  return 0;
}

struct bw_id api_place(const struct bw_model *model, enum api_type type, const struct uuid *object)
{
  struct bw_id id = policy_id(object);
  return type > 0 && type < API__TYPES ? types[type].place(model, &id) : (struct bw_id){0};
}
