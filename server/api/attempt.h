/* A change from its transaction to its commit: run, kept for repetition, committed, applied here before the reply. */
#pragma once
#include "api/call.h"

/* Runs the route's handler in a transaction, again when the database asks for it, at most 3 times. R_OK: committed,
   with its audit event, or answered from the reply kept under its Idempotency-Key. */
RESULT api_attempt(struct api_call *call);

/* What runs outside of that transaction keeps no reply and refuses the key of one: ignored, it would promise that the
   same request again does nothing twice. R_MALFORMED. */
RESULT api_attempt_keyless(struct api_call *call);

/* Before the reply to what was committed goes out: waits until this process has applied call->revision, and names it in
   Policy-Revision, where it is known. A refusal may have been committed too: a refresh token used twice ends its session. */
void api_attempt_settle(struct api_call *call);
