/* What tenants ask of sessions, by portal: a thing beside the tenant, of its id, for few tenants have any. */
#pragma once
#include "pdp/model.h"

/* Never changed once a reader can find it. */
struct pdp_networks {
  struct pdp_networks *next; /* of those that are to be freed */
  size_t count;
  struct bw_network list[];
};

struct pdp_terms {
  struct pdp_key key;
  uint64_t portals;              /* a rule and minutes for each */
  struct pdp_networks *networks; /* NULL: from anywhere */
  uint32_t info;
};

uint64_t pdp_terms_portals(const struct bw_terms_fact *fact);

/* False when memory is out. */
bool pdp_terms_networks(const struct bw_terms_fact *fact, struct pdp_networks **ret_networks);
bool pdp_terms_same(const struct pdp_networks *a, const struct pdp_networks *b);
/* Frees what is retired: no reader is left that has found it. */
void pdp_terms_free_retired(struct bw_model *m);
