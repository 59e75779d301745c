/* The session on disk: who is logged in where, in a file for its owner alone, changed under a lock. */
#pragma once
#include "base/arena.h"
#include "base/result.h"
#include <stdint.h>

struct client_session {
  struct str url; /* of the service that gave the tokens: they are sent nowhere else */
  struct str access_token;
  struct str refresh_token; /* .p NULL: of a client, which asks for another session */
  int64_t expires_at;       /* of the access token */
};

/* NAME.json in $XDG_STATE_HOME/bailiwick, by default ~/.local/state/bailiwick, which is made when it is not there.
   R_UNAVAILABLE without a home, or where it cannot be made. */
RESULT client_session_path(const char *name, struct arena *arena, const char **ret_path);

/* R_NOT_FOUND without a session; R_FORBIDDEN when anybody but its owner, who must be the caller, may open the file;
   R_MALFORMED when it is no session. */
RESULT client_session_read(const char *path, struct arena *arena, struct client_session *ret_session);

/* In one step: whoever reads at the same time finds the one before or this one. R_UNAVAILABLE. */
RESULT client_session_write(const char *path, const struct client_session *session, struct arena *arena);

/* Waits until no other command changes the session; closing the file ends that. R_UNAVAILABLE. */
RESULT client_session_lock(const char *path, struct arena *arena, int *ret_file);

void client_session_remove(const char *path);

/* A file that only the caller may open, whole, up to 64 KiB. R_NOT_FOUND, R_FORBIDDEN, R_TOO_LARGE. */
RESULT client_session_file(const char *path, struct arena *arena, struct str *ret_text);
