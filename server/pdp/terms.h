/* What tenants ask of sessions, by portal: a thing beside the tenant, of its id, for few tenants have any. */
#pragma once
#include "pdp/model.h"

struct pdp_terms {
  struct pdp_key key;
  uint64_t portals; /* a rule and minutes for each */
  uint32_t info;
};

uint64_t pdp_terms_portals(const struct bw_terms_fact *fact);
