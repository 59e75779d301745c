/* Who a machine is, from its environment or a file: a client's id and secret. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

struct client_credential {
  struct str id, secret; /* .p NULL: there is none */
};

/* From `file` where it is not NULL: JSON with client_id and client_secret, or what the service answered when the client
   was made. Else from BAILIWICK_CLIENT_ID with BAILIWICK_CLIENT_SECRET or BAILIWICK_CLIENT_SECRET_FILE. A file must be
   the caller's own, and closed to everybody else. What is wrong is said; R_RULE then. */
RESULT client_credential_read(const char *file, struct arena *arena, struct client_credential *ret_credential);
