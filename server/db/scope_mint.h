/* The contents of a scope. Seen by db, which sets it in every transaction, and by policy, which makes it. */
#pragma once
#include "db/scope.h"

enum { SCOPE_PATH = 16 * 9 + 2, SCOPE_LIST = 17 * (16 * 9 + 3) };

struct scope {
  char low[SCOPE_PATH];       /* path of the scope's root: tenant_path >= low */
  char high[SCOPE_PATH];      /* tenant_path < high: low and '0' for a subtree, low and '/' for the tenant alone */
  char ancestors[SCOPE_LIST]; /* PostgreSQL array text of the paths above and at low, whence things flow down */
  char consents[SCOPE_LIST];  /* PostgreSQL array text of the boundaries that have consented; "{}" for none */
};
