/* Sends content from where the service has it to, and reports what became of rows. Trusts: nothing of the answers. */
#include "client/upload.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "client/links.h"
#include "client/progress.h"
#include "client/say.h"
#include "client/text.h"
#include "json/parse.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Under the body's limit of a service that has not been told another. */
enum {
  PART = 768 * 1024,
  CALL_ARENA = 32 << 20,
  TEXT_MOST = 16 << 20,
  POLL = 500000,
  KIB = 1024,
  LINK_ROOM = 512,
  ID = UUID_TEXT - 1
};

static const int64_t patience = 60 * CLOCK_SECOND;

struct job {
  struct client_account *account;
  const struct client_upload *upload;
  struct str path; /* of the job */
  int file;
};

static int64_t number(const struct json *object, const char *name)
{
  int64_t found;
  return json_int(json_member(object, name), &found) ? found : 0;
}

/* Requests about the job, each answered with how it is. */

/* All that is asked of a job may be asked twice: a service that is away for a while is waited for. */
static RESULT call(const struct job *job, struct client_request request, struct arena *arena,
                   struct client_reply *ret_reply)
{
  int64_t until = clock_monotonic() + patience;
  struct client_reply reply = {0};
  enum result r = R_NO_MEMORY;
  while (request.target.p) {
    r = client_account_call(job->account, request, arena, &reply);
    bool away = r == R_UNAVAILABLE || (r == R_OK && reply.status == 503);
    if (!away || clock_monotonic() > until)
      break;
    usleep(POLL);
  }
  TRY(r);
  *ret_reply = reply;
  return R_OK;
}

static enum result refused(const struct client_reply *reply)
{
  client_progress_end();
  client_say_problem("", reply->status, reply->body, reply->request_id);
  return R_FORBIDDEN;
}

static RESULT about(const struct job *job, const char *method, const char *verb, struct arena *arena,
                    const struct json **ret_view)
{
  struct client_reply reply;
  struct client_request request = {
      .method = method, .target = arena_print(arena, "%.*s%s", (int)job->path.n, job->path.p, verb), .once = STR_NONE};
  if (strcmp(method, "POST") == 0)
    request.once = arena_print(arena, "%.*s", ID, job->path.p + job->path.n - ID);
  TRY(call(job, request, arena, &reply));
  if (reply.status != 200)
    return refused(&reply);
  return json_parse(reply.body, arena, ret_view);
}

static struct str place_of(const struct job *job, struct str id, struct arena *arena)
{
  struct str tenant = job->upload->tenant_id;
  return arena_print(arena, "/v1/tenants/%.*s/imports/%.*s", (int)tenant.n, tenant.p, (int)id.n, id.p ? id.p : "");
}

/* Who is broken off goes on by its id. */
static RESULT open_job(struct job *job, struct arena *arena, const struct json **ret_view)
{
  struct client_reply reply;
  const struct json *view;
  struct client_request request = {.method = "POST", .body = job->upload->order};
  struct str place = place_of(job, STR(""), arena);
  TRY(client_account_key(arena, &request.once));
  if (!place.p)
    return R_NO_MEMORY;
  request.target = (struct str){place.p, place.n - 1};
  TRY(client_account_call(job->account, request, arena, &reply));
  if (reply.status != 201)
    return refused(&reply);
  TRY(json_parse(reply.body, arena, &view));
  struct str id = json_str(json_member(view, "id"));
  job->path = place_of(job, id, arena);
  if (id.n != ID || !job->path.p)
    return R_MALFORMED;
  fprintf(stderr, "job %.*s\n", (int)id.n, id.p);
  *ret_view = view;
  return R_OK;
}

static RESULT find_job(struct job *job, struct arena *arena, const struct json **ret_view)
{
  struct uuid id;
  if (!uuid_parse(job->upload->resume, &id)) {
    client_say("--resume: must be the id of a job");
    return R_UNAVAILABLE;
  }
  job->path = place_of(job, job->upload->resume, arena);
  return job->path.p ? about(job, "GET", "", arena, ret_view) : R_NO_MEMORY;
}

/* Content. */

/* As much as there is, up to so many. */
static RESULT read_bytes(int file, char *bytes, size_t most, size_t *ret_n)
{
  size_t n = 0;
  for (ssize_t got = 1; got != 0 && n < most;) {
    got = read(file, bytes + n, most - n);
    if (got < 0 && errno != EINTR)
      return R_UNAVAILABLE;
    n += got > 0 ? (size_t)got : 0;
  }
  *ret_n = n;
  return R_OK;
}

/* How much of it is there: all, or as much as had come where a reply was lost or the connection broke. */
static RESULT send_some(struct job *job, int64_t offset, struct str part, size_t *ret_kept)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(CALL_ARENA);
  struct client_reply reply;
  const struct json *problem;
  unsigned long long expected = 0, from = (unsigned long long)offset;
  struct client_request request = {
      .method = "PUT",
      .target = arena_print(arena, "%.*s/content?offset=%lld", (int)job->path.n, job->path.p, (long long)offset),
      .body = part,
      .media = "application/octet-stream"};
  TRY(call(job, request, arena, &reply));
  bool some = reply.status == 409 && json_parse(reply.body, arena, &problem) == R_OK &&
              str_number(json_str(json_member(problem, "expected_offset")), INT64_MAX, &expected) && expected > from &&
              expected <= from + part.n;
  if (!some && reply.status != 200)
    return refused(&reply);
  *ret_kept = some ? (size_t)(expected - from) : part.n;
  return R_OK;
}

static RESULT send_part(struct job *job, int64_t offset, struct str part)
{
  size_t kept = 0;
  for (; part.n > 0; part = (struct str){part.p + kept, part.n - kept}, offset += (int64_t)kept)
    TRY(send_some(job, offset, part, &kept));
  return R_OK;
}

static enum result unreadable(const struct job *job, const char *why)
{
  client_say("%.*s: %s", (int)job->upload->file.n, job->upload->file.p, why);
  return R_UNAVAILABLE;
}

/* Past what the service has already. */
static RESULT skip(const struct job *job, char *part, int64_t bytes)
{
  for (size_t n = 1; bytes > 0 && n > 0; bytes -= (int64_t)n)
    if (read_bytes(job->file, part, bytes < PART ? (size_t)bytes : PART, &n) != R_OK)
      return unreadable(job, "cannot be read on");
  return bytes == 0 ? R_OK : unreadable(job, "is shorter than what was sent of it");
}

static RESULT send_content(struct job *job, int64_t offset, struct arena *arena)
{
  char *part = arena_alloc(arena, PART);
  size_t n = PART;
  if (!part)
    return R_NO_MEMORY;
  TRY(skip(job, part, offset));
  while (n == PART) {
    if (read_bytes(job->file, part, PART, &n) != R_OK)
      return unreadable(job, "cannot be read on");
    if (n > 0)
      TRY(send_part(job, offset, (struct str){part, n}));
    offset += (int64_t)n;
    client_progress_show(&(struct client_progress){.what = "KiB sent", .done = offset / KIB, .left = -1});
  }
  return R_OK;
}

/* What becomes of it. */

static void show(const struct json *view)
{
  static const char *const names[] = {"created", "updated", "unchanged", "removed", "refused"};
  const struct json *counts = json_member(view, "counts");
  struct str end = json_str(json_member(view, "expected_end"));
  struct client_progress progress = {
      .what = "rows", .refused = number(counts, "refused"), .rate = number(view, "rows_per_second"), .left = -1};
  int64_t end_at;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    progress.done += number(counts, names[i]);
  if (end.p && clock_parse(end, &end_at))
    progress.left = end_at > clock_now() ? (end_at - clock_now()) / CLOCK_SECOND : 0;
  client_progress_show(&progress);
}

static bool has_ended(struct str state)
{
  return str_is(state, "done") || str_is(state, "stopped") || str_is(state, "cancelled");
}

static void summarise(const struct json *view)
{
  const struct json *counts = json_member(view, "counts");
  fprintf(stderr, "%lld created, %lld updated, %lld unchanged, %lld removed, %lld refused\n",
          (long long)number(counts, "created"), (long long)number(counts, "updated"),
          (long long)number(counts, "unchanged"), (long long)number(counts, "removed"),
          (long long)number(counts, "refused"));
}

/* R_AGAIN while it goes on. */
static RESULT look(const struct job *job, struct client_upload_outcome *outcome)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(CALL_ARENA);
  const struct json *view;
  TRY(about(job, "GET", "", arena, &view));
  struct str state = json_str(json_member(view, "state")), code = json_str(json_member(view, "code"));
  show(view);
  if (!has_ended(state))
    return R_AGAIN;
  client_progress_end();
  summarise(view);
  outcome->refused = number(json_member(view, "counts"), "refused");
  outcome->done = str_is(state, "done");
  outcome->links =
      str_is(json_str(json_member(view, "invitations")), "link") && number(json_member(view, "counts"), "created") > 0;
  if (!outcome->done)
    client_say("the job was %.*s%s%.*s", (int)state.n, state.p, code.p ? ": " : "", (int)code.n, code.p ? code.p : "");
  return R_OK;
}

/* "line 7: not_found: tenant_external_id: ..."; what no line names has its id there. */
static void put_row(struct str line, struct buf *out, struct arena *arena)
{
  static const char *const names[] = {"code", "field", "message"};
  const struct json *row;
  if (json_parse(line, arena, &row) != R_OK)
    return;
  struct str id = json_str(json_member(row, "id"));
  if (number(row, "line") > 0)
    buf_print(out, "line %lld", (long long)number(row, "line"));
  else
    buf_print(out, "%.*s", (int)id.n, id.p ? id.p : "");
  struct str field = json_str(json_member(row, "field")), message = json_str(json_member(row, "message"));
  bool twice = field.n > 0 && str_starts(message, field); /* the message names it, and others */
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct str text = twice && strcmp(names[i], "field") == 0 ? STR_NONE : json_str(json_member(row, names[i]));
    buf_put(out, text.n ? STR(": ") : STR(""));
    client_text_put(out, text);
  }
  buf_put_char(out, '\n');
}

static void print_rows(struct str page, bool json, struct arena *arena)
{
  struct buf text = buf_in(arena, TEXT_MOST);
  while (page.n > 0) {
    struct str line = str_cut(&page, '\n');
    if (line.n == 0)
      continue;
    if (!json)
      put_row(line, &text, arena);
    else
      client_text_put_json(&text, line);
    if (json)
      buf_put_char(&text, '\n');
  }
  struct str all = buf_str(&text);
  fwrite(all.p ? all.p : "", 1, all.n, stdout);
  fflush(stdout);
}

/* `target` of the page, and then of the next; "" behind the last. */
static RESULT show_page(const struct job *job, char target[LINK_ROOM])
{
  CLEANUP(arena_free) struct arena *arena = arena_new(CALL_ARENA);
  struct client_reply reply;
  struct client_request request = {.method = "GET", .target = arena_copy(arena, str_of(target))};
  TRY(call(job, request, arena, &reply));
  if (reply.status != 200)
    return refused(&reply);
  print_rows(reply.body, job->upload->json, arena);
  /* A query of the same list: it begins with a question mark. */
  struct str next = reply.next;
  bool more = str_starts(next, STR("?")) && job->path.n + next.n + sizeof "/results" < LINK_ROOM;
  snprintf(target, LINK_ROOM, "%.*s/results%.*s", (int)job->path.n, job->path.p, (int)next.n, next.p ? next.p : "");
  if (!more)
    target[0] = '\0';
  return R_OK;
}

static RESULT show_refused(const struct job *job)
{
  char target[LINK_ROOM];
  snprintf(target, sizeof target, "%.*s/results?outcome=refused", (int)job->path.n, job->path.p);
  while (target[0])
    TRY(show_page(job, target));
  return R_OK;
}

static RESULT follow(const struct job *job, struct client_upload_outcome *outcome)
{
  enum result r = look(job, outcome);
  while (r == R_AGAIN) {
    usleep(POLL);
    r = look(job, outcome);
  }
  TRY(r);
  if (outcome->refused > 0)
    TRY(show_refused(job));
  return outcome->links ? client_links_show(job->account, job->path, job->upload->json) : R_OK;
}

static void file_close(int *file)
{
  if (*file > STDIN_FILENO)
    close(*file);
}

RESULT client_upload_run(struct client_account *account, const struct client_upload *upload, struct arena *arena,
                         struct client_upload_outcome *ret_outcome)
{
  bool piped = str_is(upload->file, "-");
  CLEANUP(file_close) int file = piped ? STDIN_FILENO : open(upload->file.p, O_RDONLY | O_CLOEXEC);
  struct job job = {.account = account, .upload = upload, .file = file};
  struct client_upload_outcome outcome = {0};
  const struct json *view;
  if (file < 0)
    return unreadable(&job, "cannot be read");
  TRY(upload->resume.p ? find_job(&job, arena, &view) : open_job(&job, arena, &view));
  if (str_is(json_str(json_member(view, "state")), "open")) {
    TRY(send_content(&job, number(view, "bytes_received"), arena));
    TRY(about(&job, "POST", "/start", arena, &view));
  }
  enum result r = follow(&job, &outcome);
  client_progress_end();
  TRY(r);
  *ret_outcome = outcome;
  return R_OK;
}
