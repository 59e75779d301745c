/* Getting the tokens of a session: as a person, as a machine, or by the refresh token of before. */
#pragma once
#include "client/credential.h"
#include "client/http.h"
#include "client/session.h"

/* What a person said in their command; .p NULL: they are asked. */
struct client_login {
  struct str tenant, login, audience;
};

/* All three: R_LOGIN_FAILED when the service refused, which was said; R_UNAVAILABLE without an answer. The session's
   url is left to the caller. A person is asked for their password, and for a code, another password or a second factor
   where the service wants one. */
RESULT client_login_person(struct client_http *http, const struct client_login *login, struct arena *arena,
                           struct client_session *ret_session);
RESULT client_login_machine(struct client_http *http, const struct client_credential *credential, struct arena *arena,
                            struct client_session *ret_session);

/* Also R_UNAUTHENTICATED when the session is over; R_REFRESH_RACED when the token was used just now. */
RESULT client_login_refresh(struct client_http *http, const struct client_session *session, struct arena *arena,
                            struct client_session *ret_session);
