/* How clients (machines) come in. Trusts: nothing that is passed in. */
#pragma once
#include "domain/session.h"

/* client_credentials (RFC 6749 section 4.4): the client's id and secret. R_LOGIN_FAILED for every reason but R_THROTTLED and its
   like. */
RESULT domain_machine_login(struct signin *s, struct str client_id, struct str secret, struct login *ret_login);
