/* How clients (machines) come in. Trusts: nothing that is passed in. */
#pragma once
#include "domain/session.h"

/* What a request shows of a client: its id and a secret, or an assertion, with which an id may stand. What is not shown
   is .p NULL. */
struct machine_claim {
  struct str client_id, secret, assertion;
};

/* client_credentials (RFC 6749 section 4.4; by an assertion RFC 7523 section 2.2, for the issuer `base_url` or its
   token endpoint). R_LOGIN_FAILED for every reason but R_THROTTLED and its like, from outside the client's networks as
   for a wrong secret; an assertion serves once. */
RESULT domain_machine_login(struct signin *s, const struct machine_claim *claim, struct login *ret_login);

/* The same for a request that begins no session: the client is s->principal, at home in s->tenant. */
RESULT domain_machine_prove(struct signin *s, const struct machine_claim *claim);
