/* Calls of the service under a session, which is refreshed when it has to be. */
#pragma once
#include "client/login.h"

/* What a command says of where and as whom. */
struct client_account_config {
  const char *url;             /* NULL: that of the session */
  const char *ca_file;         /* NULL: the system's authorities */
  const char *credential_file; /* NULL: the environment is asked for a machine's credential */
};

struct client_account; /* of the service: one account, one session */

/* R_RULE when what the command says of the account is wrong, which was said. Nothing is sent. */
RESULT client_account_open(const struct client_account_config *config, struct arena *arena,
                           struct client_account **ret_account);
void client_account_close(struct client_account **account); /* NULL-safe */

/* Begins a session and keeps it: the credential's where there is one, else the person's. R_LOGIN_FAILED when the
   service refused, which was said. */
RESULT client_account_log_in(struct client_account *account, const struct client_login *login);

/* Ends the session, here and at the service. R_NOT_FOUND when there is none. */
RESULT client_account_log_out(struct client_account *account);

/* R_OK with whatever the service answered; else nothing came of it, and why was said. The reply is in `arena`. */
RESULT client_account_call(struct client_account *account, struct client_request request, struct arena *arena,
                           struct client_reply *ret_reply);

/* An Idempotency-Key of one sending alone: sent again after a lost reply, it does nothing twice. */
RESULT client_account_key(struct arena *arena, struct str *ret_key);
