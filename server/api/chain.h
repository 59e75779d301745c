/* Chains as callers see them: the grants and roles that they go through, read once for all that is shown. */
#pragma once
#include "api/call.h"
#include "json/write.h"
#include <bailiwick/explain.h>

struct api_chains {
  const struct bw_chain *list;
  size_t count;
  struct store_page seen; /* grants and roles */
};

/* Under the call's scope: what it does not see stays unnamed. With BW_PERMISSION_NONE it is not asked by which of the
   roles that a role includes. */
RESULT api_chain_read(const struct api_call *call, const struct bw_chain *list, size_t count,
                      enum bw_permission permission, struct api_chains *ret_chains);

/* The members role and grant of one of them: null where the caller does not see it. */
void api_chain_put_role(struct json_writer *w, const struct api_chains *chains, size_t i);
void api_chain_put_grant(struct json_writer *w, const struct api_chains *chains, size_t i);
/* The member inherited: it was given above the tenant that is asked about. */
void api_chain_put_inherited(struct json_writer *w, const struct api_chains *chains, size_t i);

/* The member principal. */
void api_chain_put_principal(struct json_writer *w, const struct bw_id *id, const struct bw_id *home,
                             enum bw_principal_kind kind);

/* A permission by its wire name: R_MALFORMED with the field named. */
RESULT api_chain_permission(struct api_call *call, const char *field, struct str name,
                            enum bw_permission *ret_permission);
