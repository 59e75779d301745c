/* Goes through the steps of a login. Trusts: the service, whose certificate was proved, to say what comes next. */
#include "client/login.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "client/prompt.h"
#include "client/say.h"
#include "client/text.h"
#include "json/parse.h"
#include "json/write.h"
#include <stdio.h>

enum { BODY_MOST = 16 * 1024, SHOWN_MOST = 16 * 1024, STEPS_MOST = 8 };

/* One login, from step to step. */
struct way {
  struct client_http *http;
  struct arena *arena;
  struct str pending_token;
  const struct json *answer;
};

struct member {
  const char *name;
  struct str value; /* .p NULL: left out */
};

static struct str body_of(const struct member *members, size_t count, struct arena *arena)
{
  struct buf text = buf_in(arena, BODY_MOST);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  for (size_t i = 0; i < count; i++)
    if (members[i].value.p) {
      json_key(&w, members[i].name);
      json_put_text(&w, members[i].value);
    }
  json_close(&w, '}');
  return buf_str(&text);
}

static RESULT post(struct client_http *http, const struct client_request *request, struct arena *arena,
                   struct client_reply *ret_reply)
{
  if (!request->body.p)
    return R_NO_MEMORY;
  enum result r = client_http_send(http, request, arena, ret_reply);
  if (r != R_OK)
    client_say("%s", client_http_fault(http));
  return r;
}

/* What the answer says is kept for the next step. */
static RESULT step(struct way *way, const char *target, const struct member *members, size_t count)
{
  struct client_reply reply;
  struct client_request request = {
      .method = "POST", .target = str_of(target), .body = body_of(members, count, way->arena)};
  TRY(post(way->http, &request, way->arena, &reply));
  if (reply.status != 200) {
    client_say_problem("", reply.status, reply.body, reply.request_id);
    return R_LOGIN_FAILED;
  }
  TRY(json_parse(reply.body, way->arena, &way->answer));
  struct str pending_token = json_str(json_member(way->answer, "pending_token"));
  if (pending_token.p)
    way->pending_token = pending_token;
  return R_OK;
}

#define STEP(way, target, ...)                                                                                         \
  step(way, target, (const struct member[]){__VA_ARGS__},                                                              \
       sizeof((const struct member[]){__VA_ARGS__}) / sizeof(struct member))

/* A line for a person alone. */
static void show(struct arena *arena, const char *what, struct str text)
{
  struct buf line = buf_in(arena, SHOWN_MOST);
  client_text_put(&line, text);
  struct str shown = buf_str(&line);
  fprintf(stderr, "%s%.*s\n", what, (int)shown.n, shown.p ? shown.p : "");
}

/* What may be missing. */

static bool is_code(struct str answer)
{
  for (size_t i = 0; i < answer.n; i++)
    if (answer.p[i] < '0' || answer.p[i] > '9')
      return false;
  return answer.n == 6 || answer.n == 8;
}

static RESULT give_code(struct way *way)
{
  struct str code;
  TRY(client_prompt_line("Code of your authenticator, or a recovery code", false, way->arena, &code));
  return STEP(way, is_code(code) ? "/v1/login/totp" : "/v1/login/recovery", {"pending_token", way->pending_token},
              {"code", code});
}

static RESULT give_password(struct way *way)
{
  struct str first, second;
  fputs("The service asks for another password.\n", stderr);
  TRY(client_prompt_line("New password", true, way->arena, &first));
  TRY(client_prompt_line("The same again", true, way->arena, &second));
  if (!str_equal(first, second)) {
    client_say("these were two different passwords");
    return R_RULE;
  }
  return STEP(way, "/v1/login/password", {"pending_token", way->pending_token}, {"new_password", first});
}

static RESULT enrol(struct way *way)
{
  struct str code;
  fputs("The service asks for a second factor: enter this secret in an authenticator.\n", stderr);
  TRY(STEP(way, "/v1/login/enroll", {"pending_token", way->pending_token}));
  show(way->arena, "  secret: ", json_str(json_member(way->answer, "secret")));
  show(way->arena, "  link:   ", json_str(json_member(way->answer, "uri")));
  TRY(client_prompt_line("The code that it shows", false, way->arena, &code));
  TRY(STEP(way, "/v1/login/enroll/confirm", {"pending_token", way->pending_token}, {"code", code}));
  const struct json *codes = json_member(way->answer, "recovery_codes");
  fputs("Recovery codes, each good once; they are never shown again:\n", stderr);
  for (size_t i = 0; i < json_count(codes); i++)
    show(way->arena, "  ", json_str(json_at(codes, i)));
  return R_OK;
}

static const struct {
  const char *pending;
  enum result (*finish)(struct way *way);
} steps[] = {{"totp", give_code}, {"enroll", enrol}, {"password_change", give_password}};

static RESULT go_on(struct way *way, struct str pending)
{
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (str_is(pending, steps[i].pending))
      return steps[i].finish(way);
  client_say("the service asks for what this program does not know");
  return R_RULE;
}

static RESULT take_session(const struct json *answer, struct client_session *ret_session)
{
  int64_t lives;
  struct client_session session = {.access_token = json_str(json_member(answer, "access_token")),
                                   .refresh_token = json_str(json_member(answer, "refresh_token"))};
  if (!session.access_token.p || !json_int(json_member(answer, "expires_in"), &lives) || lives < 0 ||
      lives > INT32_MAX) {
    client_say("what answered is no Bailiwick");
    return R_UNAVAILABLE;
  }
  session.expires_at = clock_now() / CLOCK_SECOND + lives;
  *ret_session = session;
  return R_OK;
}

/* Who logs in. */

static RESULT ask(const char *question, struct str said, struct arena *arena, struct str *ret_answer)
{
  if (!said.p)
    return client_prompt_line(question, false, arena, ret_answer);
  *ret_answer = said;
  return R_OK;
}

RESULT client_login_person(struct client_http *http, const struct client_login *login, struct arena *arena,
                           struct client_session *ret_session)
{
  struct way way = {.http = http, .arena = arena};
  struct str tenant, name, password;
  TRY(ask("Tenant code", login->tenant, arena, &tenant));
  TRY(ask("Login", login->login, arena, &name));
  TRY(client_prompt_line("Password", true, arena, &password));
  TRY(STEP(&way, "/v1/login", {"tenant", tenant}, {"login", name}, {"password", password},
           {"audience", login->audience}));
  struct str pending = json_str(json_member(way.answer, "pending"));
  for (int i = 0; pending.p && i < STEPS_MOST; i++) {
    TRY(go_on(&way, pending));
    pending = json_str(json_member(way.answer, "pending"));
  }
  return take_session(way.answer, ret_session);
}

/* Base64url is safe in a form as it stands, and so is a UUID; anything else is escaped (RFC 6749 appendix B). */
static void put_form(struct buf *form, const char *name, struct str value)
{
  buf_print(form, "&%s=", name);
  for (size_t i = 0; i < value.n; i++) {
    unsigned char c = (unsigned char)value.p[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (plain)
      buf_put_char(form, (char)c);
    else
      buf_print(form, "%%%02X", c);
  }
}

RESULT client_login_machine(struct client_http *http, const struct client_credential *credential, struct arena *arena,
                            struct client_session *ret_session)
{
  struct client_reply reply;
  const struct json *answer;
  struct buf form = buf_in(arena, BODY_MOST);
  buf_put(&form, STR("grant_type=client_credentials"));
  put_form(&form, "client_id", credential->id);
  put_form(&form, "client_secret", credential->secret);
  struct client_request request = {.method = "POST",
                                   .target = STR("/oauth2/token"),
                                   .body = buf_str(&form),
                                   .media = "application/x-www-form-urlencoded"};
  TRY(post(http, &request, arena, &reply));
  if (reply.status != 200) {
    client_say_problem("", reply.status, reply.body, reply.request_id);
    return R_LOGIN_FAILED;
  }
  TRY(json_parse(reply.body, arena, &answer));
  return take_session(answer, ret_session);
}

RESULT client_login_refresh(struct client_http *http, const struct client_session *session, struct arena *arena,
                            struct client_session *ret_session)
{
  struct client_reply reply;
  const struct json *answer;
  struct client_request request = {.method = "POST",
                                   .target = STR("/v1/token/refresh"),
                                   .body =
                                       body_of(&(struct member){"refresh_token", session->refresh_token}, 1, arena)};
  TRY(post(http, &request, arena, &reply));
  if (reply.status == 401)
    return R_UNAUTHENTICATED;
  if (reply.status == 409)
    return R_REFRESH_RACED;
  if (reply.status != 200) {
    client_say_problem("", reply.status, reply.body, reply.request_id);
    return R_LOGIN_FAILED;
  }
  TRY(json_parse(reply.body, arena, &answer));
  return take_session(answer, ret_session);
}
