/* The way to the database, judged before a byte is sent over it. Seen by db alone. */
#pragma once
#include "base/result.h"

/* How libpq is to bind what it proves of itself to the TLS channel: "require" over a network, "prefer" through a Unix
   socket. R_RULE, with a reason that quotes nothing of it, for what cannot be read and for a network, loopback included,
   without sslmode=verify-full; an sslmode that is not there is taken for that. R_NO_MEMORY: it could not be judged. */
RESULT db_link_judge(const char *conninfo, const char **ret_channel_binding);
