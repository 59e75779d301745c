/* Accounts for each byte of a header section and counts the headers that decide where a request ends and whose it is.
   Trusts: nothing of the section, nor that libmicrohttpd read it as it was meant. */
#include "http/guard.h"
#include <assert.h>
#include <limits.h>

enum single { LENGTH, CODING, HOST, EXPECT, SINGLES_READ };

/* Headers that may not repeat (the first four also have rules of their own below). */
static const struct str singles[] = {
    [LENGTH] = STR("Content-Length"),
    [CODING] = STR("Transfer-Encoding"),
    [HOST] = STR("Host"),
    [EXPECT] = STR("Expect"),
    STR("Authorization"),
    STR("Content-Type"),
    STR("Content-Encoding"),
    STR("If-Match"),
    STR("If-None-Match"),
    STR("Idempotency-Key"),
    STR("X-Request-Id"),
    STR("Origin"),
    STR("Access-Control-Request-Method"),
    STR("If-Modified-Since"),
    STR("If-Unmodified-Since"),
    STR("Range"),
};

static_assert(sizeof singles / sizeof *singles < sizeof(unsigned) * CHAR_BIT, "one bit each");

/* RFC 9110 section 5.6.2. */
static bool is_token(struct str s)
{
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
      return false;
  }
  return s.n > 0;
}

/* RFC 9110 section 5.5: visible characters, space, tab and bytes over 0x7F. */
static bool is_value(struct str s)
{
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if ((c < 0x20 && c != '\t') || c == 0x7F)
      return false;
  }
  return true;
}

static bool is_host(struct str s)
{
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] <= 0x20 || s.p[i] == 0x7F || strchr("/?#@,\\\"<>", s.p[i]))
      return false;
  return true;
}

bool http_guard_target(struct str target)
{
  for (size_t i = 0; i < target.n; i++)
    if (target.p[i] <= 0x20 || target.p[i] == 0x7F)
      return false;
  return target.n > 0;
}

/* Steps over n NULs; the section is broken where something else stands. */
static void separators(struct http_guard *g, size_t n)
{
  for (size_t i = 0; i < n && !g->broken; i++)
    g->broken = g->at == g->end || *g->at++ != '\0';
}

/* Steps over n bytes that the library says stand at p. */
static void text(struct http_guard *g, const char *p, size_t n)
{
  g->broken = g->broken || p != g->at || n > (size_t)(g->end - g->at);
  if (!g->broken)
    g->at += n;
}

void http_guard_line(struct http_guard *g, struct str method, size_t target_length, const char *version, size_t size)
{
  *g = (struct http_guard){.at = method.p, .end = method.p + size};
  text(g, method.p, method.n);
  g->broken = g->broken || !is_token(method);
  separators(g, 1);
  text(g, g->at, target_length);
  separators(g, 1);
  text(g, version, strlen("HTTP/1.1"));
  if (g->broken)
    return;
  g->one_dot_zero = memcmp(version, "HTTP/1.0", 8) == 0;
  g->broken = !g->one_dot_zero && memcmp(version, "HTTP/1.1", 8) != 0;
  separators(g, 2);
  g->body_allowed = !str_is(method, "GET") && !str_is(method, "HEAD") && !str_is(method, "OPTIONS");
}

static void take_single(struct http_guard *g, unsigned which, struct str value)
{
  g->broken = g->broken || (g->seen & 1u << which);
  g->seen |= 1u << which;
  value = str_trim(value);
  if (which == LENGTH)
    g->broken = g->broken || value.n > 18 || !str_number(value, ULLONG_MAX, &g->length);
  if (which == HOST)
    g->broken = g->broken || !is_host(value);
  if (which == CODING)
    g->broken = g->broken || g->one_dot_zero || !str_equal_fold(value, STR("chunked"));
  if (which == EXPECT)
    g->expects = str_equal_fold(value, STR("100-continue"));
}

void http_guard_header(struct http_guard *g, struct str name, struct str value)
{
  if (g->broken)
    return;
  text(g, name.p, name.n);
  g->broken = g->broken || !is_token(name);
  separators(g, 1);
  while (!g->broken && g->at < g->end && (*g->at == ' ' || *g->at == '\t'))
    g->at++;
  text(g, value.p, value.n);
  separators(g, 2);
  g->broken = g->broken || !is_value(value);
  for (unsigned i = 0; i < sizeof singles / sizeof *singles && !g->broken; i++)
    if (str_equal_fold(name, singles[i]))
      take_single(g, i, value);
}

RESULT http_guard_end(struct http_guard *g)
{
  bool length = g->seen & 1u << LENGTH, coding = g->seen & 1u << CODING, host = g->seen & 1u << HOST;
  separators(g, 2);
  if (g->broken || g->at != g->end || (coding && length) || (!host && !g->one_dot_zero))
    return R_BAD_FRAMING;
  if (g->length > 0 && !g->body_allowed)
    return R_BAD_FRAMING;
  /* RFC 9112 section 6.3 lets a server ask for a length. Chunks are not read: libmicrohttpd takes bare LF and any
     extension in them, and their bytes are gone when a handler runs. */
  return coding ? R_LENGTH_REQUIRED : R_OK;
}
