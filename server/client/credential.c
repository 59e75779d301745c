/* Reads a client's id and secret. Trusts: the environment, and files that nobody else may open. */
#include "client/credential.h"
#include "base/uuid.h"
#include "client/say.h"
#include "client/session.h"
#include "json/parse.h"
#include <stdlib.h>

static enum result blame(const char *what, const char *why)
{
  client_say("%s: %s", what, why);
  return R_RULE;
}

static RESULT read_closed(const char *path, struct arena *arena, struct str *ret_text)
{
  enum result r = client_session_file(path, arena, ret_text);
  if (r == R_FORBIDDEN)
    return blame(path, "must be yours, with mode 0600 or stricter");
  return r == R_OK ? R_OK : blame(path, r == R_NOT_FOUND ? "there is no such file" : "cannot be read");
}

static RESULT from_file(const char *path, struct arena *arena, struct client_credential *ret_credential)
{
  struct str text;
  const struct json *json;
  TRY(read_closed(path, arena, &text));
  if (json_parse(text, arena, &json) != R_OK)
    return blame(path, "must be JSON with client_id and client_secret");
  struct str id = json_str(json_member(json, "client_id"));
  if (!id.p)
    id = json_str(json_member(json_member(json, "client"), "id"));
  *ret_credential = (struct client_credential){id, json_str(json_member(json, "client_secret"))};
  return R_OK;
}

static RESULT from_environment(struct arena *arena, struct client_credential *ret_credential)
{
  const char *path = getenv("BAILIWICK_CLIENT_SECRET_FILE");
  struct client_credential found = {str_of(getenv("BAILIWICK_CLIENT_ID")), str_of(getenv("BAILIWICK_CLIENT_SECRET"))};
  if (found.secret.p && path)
    return blame("BAILIWICK_CLIENT_SECRET", "given twice");
  if (path) {
    TRY(read_closed(path, arena, &found.secret));
    while (found.secret.n > 0 && strchr("\r\n", found.secret.p[found.secret.n - 1]))
      found.secret.n--;
  }
  *ret_credential = found;
  return R_OK;
}

RESULT client_credential_read(const char *file, struct arena *arena, struct client_credential *ret_credential)
{
  struct client_credential found = {0};
  struct uuid ignored;
  TRY(file ? from_file(file, arena, &found) : from_environment(arena, &found));
  const char *where = file ? file : "BAILIWICK_CLIENT_ID";
  if (!found.id.p != !found.secret.p)
    return blame(where, "a client's id and its secret go together");
  if (found.id.p && !uuid_parse(found.id, &ignored)) /* it names a file too */
    return blame(where, "a client's id is a UUID");
  *ret_credential = found;
  return R_OK;
}
