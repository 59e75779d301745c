/* The first administrator: invited once, when nobody is at home in the provider yet. */
#pragma once
#include "domain/change.h"

struct bootstrap {
  struct str tenant_code;
  struct str token; /* .p NULL: somebody is there already */
  int64_t expires_at;
};

/* One of several processes that start at once invites; the login is "admin". */
RESULT domain_bootstrap(const struct domain *domain, struct arena *arena, struct bootstrap *ret_bootstrap);
