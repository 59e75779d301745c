/* The one door: nothing reaches a handler except through it. */
#pragma once
#include "api/call.h"
#include "authn/token.h"
#include "http/table.h"

/* Who calls, as the Authorization header proves it, into call->caller and call->home: the gate does that for
   every route but public ones, where a handler may ask for it. */
RESULT api_gate_authenticate(struct api_call *call);

/* A change reaches another tenant beside the route's own, which the body names: the caller may do there what the
   route does, under the same root. R_NOT_FOUND as for the route's own; R_FORBIDDEN. */
RESULT api_gate_reach(struct api_call *call, const struct uuid *tenant);

/* Another process may have made just now what this one does not know: one question to the database tells, where the
   route may ask it. True when what was decided at the revision `seen` is to be decided again. */
bool api_gate_catch_up(const struct api_call *call, uint64_t seen);

/* The caller may still do what the route does, for a reply that goes on for long: who they are is known, all else is
   asked anew, and call->scope minted. What the token said of their session holds until the session ends. */
RESULT api_gate_stay(struct api_call *call);

/* The routes with the gate before them, for an http server. `api` must outlive it. */
struct http_table api_table(struct api *api);

/* Whose token this is and where they are at home, if it would open the door now. R_UNAUTHENTICATED else; R_UNAVAILABLE.
 */
RESULT api_gate_token(const struct api_call *call, struct str text, struct authn_token *ret_token,
                      struct uuid *ret_home);
