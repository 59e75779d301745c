/* Finds the session, refreshes it under its lock, and sends under it. Trusts: the files of the caller's own. */
#include "client/account.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "client/say.h"
#include <stdlib.h>

/* Seconds before an access token ends when another is fetched, and how often a raced one is looked for. */
enum { EARLY = 30, RACED_TRIES = 20, RACED_PAUSE = 100000 };

struct client_account {
  struct arena *arena;
  struct client_account_config config;
  struct client_credential credential; /* .id.p NULL: a person's session */
  const char *path;                    /* of the session */
  struct client_session session;       /* .access_token.p NULL: none that is for this account */
  struct client_http *http;            /* NULL until it is known where the service is */
};

static void file_close(int *file)
{
  if (*file >= 0)
    close(*file);
}

static enum result blame(const char *what, const char *why)
{
  client_say("%s%s", what, why);
  return R_RULE;
}

static RESULT check_url(const char *text, struct arena *arena, const char **ret_url)
{
  enum result r = client_http_url(text, arena, ret_url);
  if (r == R_FORBIDDEN)
    return blame(text, ": plain http only to this machine; use https");
  return r == R_OK ? R_OK : blame(text, ": must be https://HOST[:PORT][/PATH]");
}

static bool is_for(const struct client_session *session, const char *url) { return !url || str_is(session->url, url); }

/* The session as it stands in its file. One for another service is none for this one. */
static RESULT load(struct client_account *account)
{
  struct client_session session = {0};
  enum result r = client_session_read(account->path, account->arena, &session);
  if (r == R_FORBIDDEN)
    return blame(account->path,
                 ": must be yours, with mode 0600: others may have read it; log in again after removing it");
  if (r == R_OK && is_for(&session, account->config.url))
    account->session = session;
  else
    account->session = (struct client_session){0};
  return R_OK;
}

static RESULT connect_to_service(struct client_account *account)
{
  if (!account->config.url && account->session.url.p)
    TRY(check_url(account->session.url.p, account->arena, &account->config.url));
  if (!account->config.url || account->http)
    return R_OK;
  struct client_http_config config = {account->config.url, account->config.ca_file};
  return client_http_open(&config, account->arena, &account->http);
}

static RESULT find_session(struct client_account *account)
{
  const char *name = account->credential.id.p ? account->credential.id.p : "session";
  struct uuid id;
  char canonical[UUID_TEXT];
  if (account->credential.id.p && uuid_parse(account->credential.id, &id)) {
    uuid_format(&id, canonical);
    name = canonical;
  }
  if (client_session_path(name, account->arena, &account->path) != R_OK)
    return blame("there is no folder for the session: ", "set HOME or XDG_STATE_HOME");
  return load(account);
}

RESULT client_account_open(const struct client_account_config *config, struct arena *arena,
                           struct client_account **ret_account)
{
  struct client_account *account = arena_alloc(arena, sizeof *account);
  if (!account)
    return R_NO_MEMORY;
  account->arena = arena;
  account->config = *config;
  if (config->url)
    TRY(check_url(config->url, arena, &account->config.url));
  TRY(client_credential_read(config->credential_file, arena, &account->credential));
  TRY(find_session(account));
  TRY(connect_to_service(account));
  *ret_account = account;
  return R_OK;
}

void client_account_close(struct client_account **account)
{
  if (*account)
    client_http_close(&(*account)->http);
  *account = NULL;
}

static RESULT keep(struct client_account *account, struct client_session *session)
{
  session->url = str_of(account->config.url);
  if (client_session_write(account->path, session, account->arena) != R_OK)
    return blame(account->path, ": cannot be written");
  account->session = *session;
  return R_OK;
}

static RESULT lock(struct client_account *account, int *ret_file)
{
  return client_session_lock(account->path, account->arena, ret_file) == R_OK
             ? R_OK
             : blame(account->path, ": cannot be locked");
}

RESULT client_account_log_in(struct client_account *account, const struct client_login *login)
{
  struct client_session session;
  CLEANUP(file_close) int file = -1;
  if (!account->http)
    return blame("where is the service? ", "say --url or BAILIWICK_URL");
  if (account->credential.id.p)
    TRY(client_login_machine(account->http, &account->credential, account->arena, &session));
  else
    TRY(client_login_person(account->http, login, account->arena, &session));
  TRY(lock(account, &file));
  return keep(account, &session);
}

/* Refreshing. */

static bool is_fresh(const struct client_session *session)
{
  return session->access_token.p && session->expires_at - EARLY > clock_now() / CLOCK_SECOND;
}

/* Somebody who does not take this lock has used the token: what they were given comes to the file, if it is ours. */
static RESULT await_other(struct client_account *account, struct str spent)
{
  for (int i = 0; i < RACED_TRIES; i++) {
    TRY(load(account));
    if (account->session.access_token.p && !str_equal(account->session.refresh_token, spent))
      return R_OK;
    usleep(RACED_PAUSE);
  }
  return blame("refresh_raced: ", "something else uses this session; log in again");
}

static RESULT refresh(struct client_account *account)
{
  struct client_session session;
  enum result r = R_UNAUTHENTICATED;
  if (account->credential.id.p)
    r = client_login_machine(account->http, &account->credential, account->arena, &session);
  else if (account->session.refresh_token.p)
    r = client_login_refresh(account->http, &account->session, account->arena, &session);
  if (r == R_REFRESH_RACED)
    return await_other(account, account->session.refresh_token);
  if (r == R_UNAUTHENTICATED)
    return blame("the session is over: ", "bailiwick login");
  TRY(r);
  return keep(account, &session);
}

/* Another access token than `old`: that of whoever held the lock before, if there is one. */
static RESULT renew(struct client_account *account, struct str old)
{
  CLEANUP(file_close) int file = -1;
  if (!account->http)
    return blame("no session: ", "bailiwick login");
  TRY(lock(account, &file));
  TRY(load(account));
  if (is_fresh(&account->session) && !str_equal(account->session.access_token, old))
    return R_OK;
  if (!account->session.access_token.p && !account->credential.id.p)
    return blame("no session: ", "bailiwick login");
  return refresh(account);
}

RESULT client_account_call(struct client_account *account, struct client_request request, struct arena *arena,
                           struct client_reply *ret_reply)
{
  struct client_reply reply = {0};
  if (!is_fresh(&account->session))
    TRY(renew(account, STR_NONE));
  for (bool again = true;; again = false) {
    request.bearer = account->session.access_token;
    enum result r = client_http_send(account->http, &request, arena, &reply);
    if (r != R_OK) {
      client_say("%s: %s", account->config.url, client_http_fault(account->http));
      return r;
    }
    if (reply.status != 401 || !again)
      break;
    TRY(renew(account, account->session.access_token));
  }
  *ret_reply = reply;
  return R_OK;
}

RESULT client_account_log_out(struct client_account *account)
{
  CLEANUP(file_close) int file = -1;
  struct client_reply reply;
  if (!account->session.access_token.p)
    return R_NOT_FOUND;
  struct client_request request = {.method = "POST", .target = STR("/v1/logout")};
  enum result r = client_account_call(account, request, account->arena, &reply);
  TRY(lock(account, &file));
  client_session_remove(account->path);
  return r == R_UNAVAILABLE ? r : R_OK;
}

RESULT client_account_key(struct arena *arena, struct str *ret_key)
{
  struct uuid id;
  char text[UUID_TEXT];
  TRY(uuid_new(&id));
  uuid_format(&id, text);
  struct str key = arena_copy(arena, str_of(text));
  if (!key.p)
    return R_NO_MEMORY;
  *ret_key = key;
  return R_OK;
}
