/* The table of endpoints, each with its permission and the rule that says whose rows it touches. */
#pragma once
#include "api/call.h"
#include "http/table.h"

enum scope_rule {
  SCOPE_PUBLIC = 1, /* nobody need be known */
  SCOPE_SELF,       /* the caller, about themselves */
  SCOPE_MACHINE,    /* a client that proves who it is in the request itself; what it asks about, the handler finds and
                       decides */
  SCOPE_ROOTS,      /* everything under the roots where the caller holds the permission */
  SCOPE_PARENT,     /* the tenant that the body's parent_id names, else the caller's home */
  SCOPE_TENANT,     /* {id} is a tenant */
  SCOPE_USER,       /* {id} is a user: their home */
  SCOPE_CLIENT,     /* {id} is a client: its home */
  SCOPE_GROUP,      /* {id} is a group: its home */
  SCOPE_GRANT,      /* {id} is a grant: its tenant */
  SCOPE_ROLE,       /* {id} is a role: the tenant that made it */
  SCOPE__COUNT
};

/* Said aloud in routes.def where a permission would stand. */
enum { BW_PUBLIC = BW_PERMISSION__COUNT + 1, BW_SELF, BW_SINGLE };

struct route {
  struct http_route http;
  int permission; /* enum bw_permission, BW_PUBLIC, BW_SELF or BW_SINGLE */
  enum scope_rule scope;
  api_handler *run;
};

enum {
#define ROUTE(operation, ...) ROUTE_##operation,
#include "api/routes.def"
#undef ROUTE
  ROUTE__COUNT
};

extern const struct route api_routes[ROUTE__COUNT];

/* A change runs in one transaction with its audit event. What is asked about all roots is a question. */
bool api_route_changes(const struct route *route);

/* Whether a permission is one to change things: no route that asks for it is a question. */
bool api_route_permission_changes(enum bw_permission permission);

/* A POST that makes something takes an Idempotency-Key. */
bool api_route_creates(const struct route *route);
