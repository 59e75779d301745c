/* Talks to a mail server. Trusts: the settings; of the server what its certificate proves, and its reply codes. */
#include "jobs/smtp.h"
#include "base/network.h"
#include "jobs/letter.h"
#include <curl/curl.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 10, MAIL_SECONDS = 50, ADDRESS_ROOM = 260 };
_Static_assert(MAIL_SECONDS < (int)JOBS_COURIER_LEASE, "a mail that is being delivered is in one hand");

struct jobs_smtp {
  CURL *curl;
  atomic_bool stopped;
  struct str rest; /* of the message that is being sent */
  bool failing;    /* said in the log */
  bool needs_tls;
  bool international, unfit; /* an address of this mail is beyond ASCII; and the server takes none */
  bool utf8, starts_tls;     /* what the server of this connection offers */
};

static void url_free(CURLU **url) { curl_url_cleanup(*url); }
static void text_free(char **text) { curl_free(*text); }

static bool part_is_empty(CURLU *url, CURLUPart part)
{
  CLEANUP(text_free) char *text = NULL;
  return curl_url_get(url, part, &text, 0) != CURLUE_OK || text[0] == '\0' || strcmp(text, "/") == 0;
}

/* False when it is not a URL of a mail server. */
static bool parse(const char *text, char host[ADDRESS_ROOM], bool *ret_tls)
{
  CLEANUP(url_free) CURLU *url = curl_url();
  CLEANUP(text_free) char *scheme = NULL;
  CLEANUP(text_free) char *name = NULL;
  if (!url || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_HOST, &name, 0) != CURLUE_OK)
    return false;
  bool plain = strcmp(scheme, "smtp") == 0, tls = strcmp(scheme, "smtps") == 0;
  if ((!plain && !tls) || strlen(name) >= ADDRESS_ROOM || !part_is_empty(url, CURLUPART_PATH) ||
      !part_is_empty(url, CURLUPART_QUERY) || !part_is_empty(url, CURLUPART_FRAGMENT))
    return false;
  memcpy(host, name, strlen(name) + 1);
  *ret_tls = tls;
  return true;
}

bool jobs_smtp_is_url(const char *url)
{
  char host[ADDRESS_ROOM];
  bool tls;
  return parse(url, host, &tls);
}

static size_t give(char *room, size_t size, size_t count, void *argument)
{
  struct jobs_smtp *smtp = argument;
  size_t n = size * count < smtp->rest.n ? size * count : smtp->rest.n;
  memcpy(room, smtp->rest.p, n);
  smtp->rest = (struct str){smtp->rest.p + n, smtp->rest.n - n};
  return n;
}

/* Whether an EHLO line offers that. */
static bool offers(struct str line, struct str keyword)
{
  return line.n >= 4 + keyword.n && strncasecmp(line.p + 4, keyword.p, keyword.n) == 0 &&
         (line.n == 4 + keyword.n || strchr(" \r\n", line.p[4 + keyword.n]));
}

/* Each line of a reply. libcurl says SMTPUTF8 (RFC 6531) where the server offers it, and sends such addresses without it where not:
   there it is broken off before they are said. */
static size_t hear(char *text, size_t size, size_t count, void *argument)
{
  struct jobs_smtp *smtp = argument;
  struct str line = {text, size * count};
  if (str_starts(line, STR("220"))) /* a greeting, or TLS begins: what was offered is forgotten */
    smtp->utf8 = smtp->starts_tls = false;
  if (!str_starts(line, STR("250")))
    return line.n;
  smtp->utf8 = smtp->utf8 || offers(line, STR("SMTPUTF8"));
  smtp->starts_tls = smtp->starts_tls || offers(line, STR("STARTTLS"));
  bool more = line.n > 3 && line.p[3] == '-', again = smtp->needs_tls && smtp->starts_tls;
  smtp->unfit = smtp->international && !smtp->utf8 && !more && !again;
  return smtp->unfit ? 0 : line.n;
}

/* libcurl asks about once a second: another value than 0 breaks off. */
static int go_on(void *argument, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
  struct jobs_smtp *smtp = argument;
  (void)a, (void)b, (void)c, (void)d;
  return atomic_load(&smtp->stopped) ? 1 : 0;
}

#define SET(option, value) good = good && curl_easy_setopt(smtp->curl, option, value) == CURLE_OK

static bool prepare(struct jobs_smtp *smtp, const struct jobs_smtp_config *config, bool needs_tls)
{
  bool good = true;
  SET(CURLOPT_URL, config->url);
  SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  SET(CURLOPT_PROXY, "");
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
  SET(CURLOPT_TIMEOUT, (long)MAIL_SECONDS);
  SET(CURLOPT_USE_SSL, (long)(needs_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  if (config->ca_file[0])
    SET(CURLOPT_CAINFO, config->ca_file);
  SET(CURLOPT_UPLOAD, 1L);
  SET(CURLOPT_READFUNCTION, give);
  SET(CURLOPT_READDATA, smtp);
  SET(CURLOPT_HEADERFUNCTION, hear);
  SET(CURLOPT_HEADERDATA, smtp);
  SET(CURLOPT_NOPROGRESS, 0L);
  SET(CURLOPT_XFERINFOFUNCTION, go_on);
  SET(CURLOPT_XFERINFODATA, smtp);
  return good;
}

static bool can_read(const char *path)
{
  int file = path[0] ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file >= 0)
    close(file);
  return file >= 0 || !path[0];
}

RESULT jobs_smtp_open(const struct jobs_smtp_config *config, struct arena *arena, struct jobs_smtp **ret_smtp)
{
  char host[ADDRESS_ROOM];
  bool tls;
  if (!parse(config->url, host, &tls) || !can_read(config->ca_file))
    return R_RULE;
  struct jobs_smtp *smtp = arena_alloc(arena, sizeof *smtp);
  if (!smtp || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return R_NO_MEMORY;
  smtp->curl = curl_easy_init();
  smtp->needs_tls = tls || config->ca_file[0] || !network_is_loopback(str_of(host));
  if (!smtp->curl || !prepare(smtp, config, smtp->needs_tls)) {
    jobs_smtp_close(&smtp);
    return R_NO_MEMORY;
  }
  *ret_smtp = smtp;
  return R_OK;
}

void jobs_smtp_stop(struct jobs_smtp *smtp)
{
  if (smtp)
    atomic_store(&smtp->stopped, true);
}

void jobs_smtp_close(struct jobs_smtp **smtp)
{
  if (!*smtp)
    return;
  curl_easy_cleanup((*smtp)->curl);
  curl_global_cleanup();
  *smtp = NULL;
}

/* 5yz to a step of the mail itself is for good; one that asks who we are is not the mail's fault (RFC 4954). */
static bool is_refusal(CURLcode code, long reply, bool all_sent)
{
  bool about_us = reply == 530 || reply == 534 || reply == 535 || reply == 538;
  bool of_mail = code == CURLE_SEND_ERROR || (code == CURLE_WEIRD_SERVER_REPLY && all_sent);
  return of_mail && reply >= 500 && reply < 600 && !about_us;
}

static RESULT judge(struct jobs_smtp *smtp, CURLcode code)
{
  long reply = 0;
  curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &reply);
  if (code == CURLE_OK) {
    smtp->failing = false;
    return R_OK;
  }
  if (smtp->unfit) {
    log_line(LOG_WARN, "mail server: it offers no SMTPUTF8, which an address needs");
    return R_MALFORMED;
  }
  if (is_refusal(code, reply, smtp->rest.n == 0))
    return R_RULE;
  if (reply >= 400 && reply < 500 && (code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY))
    return R_AGAIN;
  if (!smtp->failing)
    log_line(LOG_WARN, "mail server: %s, its last reply was %ld", curl_easy_strerror(code), reply);
  smtp->failing = true;
  return R_UNAVAILABLE;
}

static bool write_address(char text[ADDRESS_ROOM], struct str address)
{
  if (address.n + 3 > ADDRESS_ROOM)
    return false;
  text[0] = '<';
  memcpy(text + 1, address.p, address.n);
  memcpy(text + 1 + address.n, ">", 2);
  return true;
}

static void list_free(struct curl_slist **list) { curl_slist_free_all(*list); }

RESULT jobs_smtp_deliver(void *post, const struct jobs_parcel *parcel)
{
  struct jobs_smtp *smtp = post;
  char from[ADDRESS_ROOM], to[ADDRESS_ROOM];
  if (atomic_load(&smtp->stopped))
    return R_UNAVAILABLE;
  if (!write_address(from, parcel->from) || !write_address(to, parcel->to))
    return R_RULE;
  CLEANUP(list_free) struct curl_slist *recipients = curl_slist_append(NULL, to);
  bool good = recipients != NULL;
  SET(CURLOPT_MAIL_FROM, from);
  SET(CURLOPT_MAIL_RCPT, recipients);
  SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)parcel->message.n);
  if (!good)
    return R_NO_MEMORY;
  smtp->rest = parcel->message;
  smtp->unfit = false;
  smtp->international = jobs_letter_is_international(parcel->from) || jobs_letter_is_international(parcel->to);
  CURLcode code = curl_easy_perform(smtp->curl);
  enum result r = judge(smtp, code);
  curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
  return r;
}
