/* Talks HTTP to the service. Trusts: of the service what its certificate proves; nothing of what it answers. */
#define _GNU_SOURCE
#include "client/http.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/network.h"
#include <curl/curl.h>
#include <time.h>

enum {
  CONNECT_SECONDS = 10,
  SILENT_SECONDS = 120,
  REPLY_MOST = 64 << 20,
  HEADER_MOST = 16 * 1024,
  WAIT_MOST = 30,
  TRIES = 2
};

struct client_http {
  CURL *curl;
  const char *url;
  char fault[CURL_ERROR_SIZE];
};

/* One try: what came of it so far. */
struct answer {
  struct client_http *http;
  const struct client_request *request;
  bool sunk; /* some of the body is out of our hands */
  struct buf body;
  struct client_reply reply;
  struct arena *arena;
  long wait; /* seconds that the service asks for; -1: it does not */
};

static void url_free(CURLU **url) { curl_url_cleanup(*url); }
static void text_free(char **text) { curl_free(*text); }
static void list_free(struct curl_slist **list) { curl_slist_free_all(*list); }

/* The service. */

static bool has_part(CURLU *url, CURLUPart part)
{
  CLEANUP(text_free) char *text = NULL;
  return curl_url_get(url, part, &text, 0) == CURLUE_OK && text[0] != '\0';
}

RESULT client_http_url(const char *text, struct arena *arena, const char **ret_url)
{
  CLEANUP(url_free) CURLU *url = curl_url();
  CLEANUP(text_free) char *scheme = NULL;
  CLEANUP(text_free) char *host = NULL;
  if (!url || !strstr(text, "://") || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
    return R_MALFORMED;
  bool plain = strcmp(scheme, "http") == 0;
  if ((!plain && strcmp(scheme, "https") != 0) || has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_QUERY) ||
      has_part(url, CURLUPART_FRAGMENT))
    return R_MALFORMED;
  if (plain && !network_is_loopback(str_of(host)))
    return R_FORBIDDEN;
  struct str whole = str_of(text);
  while (whole.n > 0 && whole.p[whole.n - 1] == '/')
    whole.n--;
  struct str copy = arena_copy(arena, whole);
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_url = copy.p;
  return R_OK;
}

/* The connection. */

#define SET(option, value) good = good && curl_easy_setopt(http->curl, option, value) == CURLE_OK

static bool prepare(struct client_http *http, const struct client_http_config *config)
{
  bool good = true;
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
  SET(CURLOPT_LOW_SPEED_LIMIT, 1L); /* a reply may be as long as it likes, but not silent */
  SET(CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_ERRORBUFFER, http->fault);
  SET(CURLOPT_USERAGENT, "bailiwick");
  if (strncmp(config->url, "http:", 5) == 0) /* no proxy is shown what goes to this machine */
    SET(CURLOPT_PROXY, "");
  if (config->ca_file)
    SET(CURLOPT_CAINFO, config->ca_file);
  return good;
}

RESULT client_http_open(const struct client_http_config *config, struct arena *arena, struct client_http **ret_http)
{
  struct client_http *http = arena_alloc(arena, sizeof *http);
  if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return R_NO_MEMORY;
  http->url = config->url;
  http->curl = curl_easy_init();
  if (!http->curl || !prepare(http, config)) {
    client_http_close(&http);
    return R_NO_MEMORY;
  }
  *ret_http = http;
  return R_OK;
}

void client_http_close(struct client_http **http)
{
  if (!*http)
    return;
  curl_easy_cleanup((*http)->curl);
  curl_global_cleanup();
  *http = NULL;
}

const char *client_http_fault(const struct client_http *http) { return http->fault; }

/* One try. */

static size_t take_body(char *bytes, size_t size, size_t count, void *argument)
{
  struct answer *answer = argument;
  long status = 0;
  curl_easy_getinfo(answer->http->curl, CURLINFO_RESPONSE_CODE, &status);
  if (answer->request->sink && status == 200) {
    answer->sunk = true;
    return answer->request->sink(answer->request->owner, (struct str){bytes, size * count}) ? size * count : 0;
  }
  buf_put(&answer->body, (struct str){bytes, size * count});
  return answer->body.failed ? 0 : size * count;
}

/* <URI>; rel="next" (RFC 8288) */
static struct str next_of(struct str link)
{
  struct str uri = str_cut(&link, '>');
  bool next = str_starts(uri, STR("<")) && link.p && memmem(link.p, link.n, "rel=\"next\"", 10);
  return next ? (struct str){uri.p + 1, uri.n - 1} : STR_NONE;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *argument)
{
  struct answer *answer = argument;
  struct str value = {bytes, size * count}, name = str_cut(&value, ':');
  unsigned long long seconds;
  while (value.n > 0 && strchr(" \t\r\n", value.p[0]))
    value = (struct str){value.p + 1, value.n - 1};
  while (value.n > 0 && strchr(" \t\r\n", value.p[value.n - 1]))
    value.n--;
  if (str_equal_fold(name, STR("X-Request-Id")))
    answer->reply.request_id = arena_copy(answer->arena, value);
  if (str_equal_fold(name, STR("Link")) && next_of(value).p)
    answer->reply.next = arena_copy(answer->arena, next_of(value));
  if (str_equal_fold(name, STR("Retry-After")) && str_number(value, WAIT_MOST, &seconds))
    answer->wait = (long)seconds;
  return size * count;
}

static bool add_header(struct curl_slist **headers, struct arena *arena, const char *name, struct str value)
{
  if (!value.p)
    return true;
  struct str line = arena_print(arena, "%s: %.*s", name, (int)value.n, value.p);
  struct curl_slist *longer = line.p && line.n < HEADER_MOST ? curl_slist_append(*headers, line.p) : NULL;
  *headers = longer ? longer : *headers;
  return longer != NULL;
}

static bool write_headers(const struct client_request *request, struct arena *arena, struct curl_slist **headers)
{
  struct str bearer = request->bearer;
  if (bearer.p)
    bearer = arena_print(arena, "Bearer %.*s", (int)bearer.n, bearer.p);
  const char *media = request->media ? request->media : "application/json";
  return add_header(headers, arena, "Accept", STR("application/json")) &&
         add_header(headers, arena, "Authorization", bearer) &&
         add_header(headers, arena, "Idempotency-Key", request->once) &&
         add_header(headers, arena, "Content-Type", request->body.p ? str_of(media) : STR_NONE);
}

static bool is_post(const struct client_request *request) { return strcmp(request->method, "POST") == 0; }

static bool write_request(struct client_http *http, const struct client_request *request, struct answer *answer)
{
  bool good = true, body = request->body.p || is_post(request);
  struct str url = arena_print(answer->arena, "%s%.*s", http->url, (int)request->target.n, request->target.p);
  SET(CURLOPT_URL, url.p);
  SET(CURLOPT_HTTPGET, 1L);
  if (body) {
    SET(CURLOPT_POSTFIELDS, request->body.p ? request->body.p : "");
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
  }
  SET(CURLOPT_CUSTOMREQUEST, request->method);
  SET(CURLOPT_WRITEFUNCTION, take_body);
  SET(CURLOPT_WRITEDATA, answer);
  SET(CURLOPT_HEADERFUNCTION, take_header);
  SET(CURLOPT_HEADERDATA, answer);
  return good && url.p;
}

static RESULT try_once(struct client_http *http, const struct client_request *request, struct answer *answer,
                       CURLcode *ret_code)
{
  CLEANUP(list_free) struct curl_slist *headers = NULL;
  bool good = write_headers(request, answer->arena, &headers) && write_request(http, request, answer);
  SET(CURLOPT_HTTPHEADER, headers);
  if (!good)
    return R_NO_MEMORY;
  http->fault[0] = '\0';
  *ret_code = curl_easy_perform(http->curl);
  curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
  if (*ret_code != CURLE_OK && !http->fault[0])
    snprintf(http->fault, sizeof http->fault, "%s", curl_easy_strerror(*ret_code));
  long status = 0;
  curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
  answer->reply.status = (int)status;
  answer->reply.body = buf_str(&answer->body);
  return *ret_code == CURLE_OK && answer->reply.body.p ? R_OK : R_UNAVAILABLE;
}

/* Both tries. */

/* Whether the service cannot have begun on it, or does it once however often it is sent. */
static bool may_repeat(const struct client_request *request, CURLcode code)
{
  bool unheard = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
  bool changes = is_post(request) || strcmp(request->method, "DELETE") == 0;
  return unheard || !changes || request->once.p;
}

static bool is_worth_another(const struct client_request *request, enum result r, CURLcode code,
                             const struct answer *answer)
{
  static const CURLcode lost[] = {CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
                                  CURLE_PARTIAL_FILE};
  if (r == R_OK)
    return answer->reply.status == 503 && answer->wait >= 0;
  for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
    if (code == lost[i])
      return may_repeat(request, code);
  return false;
}

RESULT client_http_send(struct client_http *http, const struct client_request *request, struct arena *arena,
                        struct client_reply *ret_reply)
{
  struct answer answer = {0};
  enum result r = R_UNAVAILABLE;
  for (int tried = 0; tried < TRIES; tried++) {
    CURLcode code = CURLE_OK;
    answer = (struct answer){
        .http = http, .request = request, .body = buf_in(arena, REPLY_MOST), .arena = arena, .wait = -1};
    r = try_once(http, request, &answer, &code);
    if (tried + 1 == TRIES || answer.sunk || !is_worth_another(request, r, code, &answer))
      break;
    nanosleep(&(struct timespec){.tv_sec = r == R_OK ? answer.wait : 1}, NULL);
  }
  TRY(r);
  *ret_reply = answer.reply;
  return R_OK;
}
