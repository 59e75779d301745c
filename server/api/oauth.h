/* What the endpoints of OAuth 2.0 share: a form, and the client that sends it. Trusts: nothing of the request. */
#pragma once
#include "api/form.h"
#include "api/login.h"
#include "domain/machine.h"

struct oauth_call {
  struct api_form form;
  struct machine_claim claim;
  bool claimed; /* somebody says that they are a client, rightly or not */
};

/* R_MALFORMED: no form, or more than one way to say who sends it; R_LOGIN_FAILED: a header that is none of RFC 6749
 * section 2.3.1. */
RESULT api_oauth_read(struct api_call *call, struct oauth_call *ret_oauth);

/* For the gate: a client that proves who it is, and no session begins. Sets caller and home. R_LOGIN_FAILED. */
RESULT api_oauth_enter(struct api_call *call);

/* The status under which a result is told here, and the error form of RFC 6749 section 5.2; the problem where that
   knows no word for it. */
int api_oauth_status(enum result why);
void api_oauth_problem(struct api_call *call, enum result why);
