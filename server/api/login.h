/* Coming in over HTTP: the steps of domain/login.h as requests. */
#pragma once
#include "api/call.h"
#include "domain/login.h"

/* A step made by this request. */
struct signin api_signin(const struct api_call *call);

/* Takes over what the step says besides its result: where a refusal belongs, how long to wait. R_OK answers 204; a handler with a
   body writes it over that. */
RESULT api_signin_done(struct api_call *call, const struct signin *s, enum result r);

/* 200 with a whole session, or what is missing. */
RESULT api_login_reply(struct api_call *call, const struct login *login);
