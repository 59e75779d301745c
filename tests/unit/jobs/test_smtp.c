/* What a mail server's replies mean: each is given by a server of the test's own that says what it is told to. */
#include "jobs/smtp.h"
#include "base/arena.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

/* What it says to each step; NULL: it hangs up there instead. */
struct script {
  const char *greeting, *hello, *sender, *recipient, *data, *content;
};
#define GOOD "220 here", "250 here", "250 ok", "250 ok", "354 go on", "250 taken"

static struct {
  struct script script;
  int listener;
  unsigned port;
  pthread_t thread;
  char taken[4096]; /* what came, all of it */
  bool silent;      /* it takes the connection and says nothing */
} server;

static struct arena *arena;

static bool say(int peer, const char *reply)
{
  char line[200];
  if (!reply)
    return false;
  int n = snprintf(line, sizeof line, "%s\r\n", reply);
  return write(peer, line, (size_t)n) == n;
}

static const char *reply_to(const char *line)
{
  const struct {
    const char *begins, *reply;
  } steps[] = {{"EHLO", server.script.hello},     {"HELO", server.script.hello}, {"MAIL", server.script.sender},
               {"RCPT", server.script.recipient}, {"DATA", server.script.data},  {"QUIT", "221 bye"}};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
    if (strncmp(line, steps[i].begins, 4) == 0)
      return steps[i].reply;
  return "250 ok";
}

static void talk(int peer)
{
  FILE *in = fdopen(peer, "r");
  char line[1200];
  bool content = false, go_on = say(peer, server.script.greeting);
  while (go_on && fgets(line, sizeof line, in)) {
    strncat(server.taken, line, sizeof server.taken - strlen(server.taken) - 1);
    if (content && strcmp(line, ".\r\n") == 0) {
      content = false;
      go_on = say(peer, server.script.content);
    } else if (!content) {
      const char *reply = reply_to(line);
      go_on = say(peer, reply);
      content = go_on && strncmp(reply, "354", 3) == 0;
    }
  }
  fclose(in);
}

static void *serve(void *argument)
{
  (void)argument;
  int peer;
  while ((peer = accept(server.listener, NULL, NULL)) >= 0) {
    if (server.silent) {
      char c;
      while (read(peer, &c, 1) > 0)
        ;
      close(peer);
    } else {
      talk(peer);
    }
  }
  return NULL;
}

static int begin(void **state)
{
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof at;
  (void)state;
  memset(&server, 0, sizeof server);
  server.script = (struct script){GOOD};
  server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(server.listener, (struct sockaddr *)&at, n) != 0 || listen(server.listener, 8) != 0 ||
      getsockname(server.listener, (struct sockaddr *)&at, &n) != 0)
    return -1;
  server.port = ntohs(at.sin_port);
  arena = arena_new(4 << 20);
  return arena && pthread_create(&server.thread, NULL, serve, NULL) == 0 ? 0 : -1;
}

static void close_server(void)
{
  if (server.listener < 0)
    return;
  shutdown(server.listener, SHUT_RDWR);
  pthread_join(server.thread, NULL);
  close(server.listener);
  server.listener = -1;
}

static int end(void **state)
{
  (void)state;
  close_server();
  arena_free(&arena);
  return 0;
}

static struct jobs_smtp *opened(const char *user)
{
  char url[100];
  struct jobs_smtp *smtp;
  snprintf(url, sizeof url, "smtp://%s127.0.0.1:%u", user, server.port);
  assert_int_equal(jobs_smtp_open(&(struct jobs_smtp_config){url, ""}, arena, &smtp), R_OK);
  return smtp;
}

static const struct jobs_parcel parcel = {
    {"access@example.org", 18}, {"anna@example.net", 16}, {"Subject: x\r\n\r\n.begins with a dot\r\nend\r\n", 39}};

static enum result sent(void)
{
  struct jobs_smtp *smtp = opened("");
  enum result r = jobs_smtp_deliver(smtp, &parcel);
  jobs_smtp_close(&smtp);
  assert_null(smtp);
  return r;
}

static void a_mail_arrives_as_it_was_written(void **state)
{
  (void)state;
  assert_int_equal(sent(), R_OK);
  close_server();
  assert_non_null(strstr(server.taken, "MAIL FROM:<access@example.org>"));
  assert_non_null(strstr(
      server.taken, "RCPT TO:<anna@example.net>\r\nDATA\r\nSubject: x\r\n\r\n..begins with a dot\r\nend\r\n.\r\n"));
}

static void a_connection_serves_several(void **state)
{
  (void)state;
  struct jobs_smtp *smtp = opened("");
  for (int i = 0; i < 3; i++)
    assert_int_equal(jobs_smtp_deliver(smtp, &parcel), R_OK);
  jobs_smtp_close(&smtp);
  close_server();
  assert_null(strstr(strstr(server.taken, "EHLO") + 4, "EHLO"));
}

static void what_it_says_to_each_step_is_heeded(void **state)
{
  (void)state;
  static const struct {
    struct script script;
    enum result result;
  } cases[] = {
      {{"220 here", "250 here", "250 ok", "550 nobody", "354 go on", "250 taken"}, R_RULE},
      {{"220 here", "250 here", "250 ok", "450 later", "354 go on", "250 taken"}, R_AGAIN},
      {{"220 here", "250 here", "553 not you", "250 ok", "354 go on", "250 taken"}, R_RULE},
      {{"220 here", "250 here", "451 later", "250 ok", "354 go on", "250 taken"}, R_AGAIN},
      {{"220 here", "250 here", "530 who are you", "250 ok", "354 go on", "250 taken"}, R_UNAVAILABLE},
      {{"220 here", "250 here", "250 ok", "250 ok", "554 no", "250 taken"}, R_RULE},
      {{"220 here", "250 here", "250 ok", "250 ok", "452 full", "250 taken"}, R_AGAIN},
      {{"220 here", "250 here", "250 ok", "250 ok", "354 go on", "554 spam"}, R_RULE},
      {{"220 here", "250 here", "250 ok", "250 ok", "354 go on", "451 later"}, R_AGAIN},
      {{"554 not you", "250 here", "250 ok", "250 ok", "354 go on", "250 taken"}, R_UNAVAILABLE},
      {{"220 here", "502 no", "250 ok", "250 ok", "354 go on", "250 taken"}, R_UNAVAILABLE},
      {{NULL, "250 here", "250 ok", "250 ok", "354 go on", "250 taken"}, R_UNAVAILABLE},
      {{"220 here", "250 here", "250 ok", NULL, "354 go on", "250 taken"}, R_UNAVAILABLE},
      {{"220 here", "250 here", "250 ok", "250 ok", "354 go on", NULL}, R_UNAVAILABLE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    server.script = cases[i].script;
    enum result r = sent();
    if (r != cases[i].result)
      fail_msg("case %zu: %s, not %s", i, result_row(r)->code, result_row(cases[i].result)->code);
  }
  server.script = (struct script){GOOD};
  assert_int_equal(sent(), R_OK);
}

/* RFC 6531: an address beyond ASCII goes to who offers it, with the parameter, and to nobody else. */
static void an_international_address_needs_a_server_that_takes_it(void **state)
{
  (void)state;
  struct jobs_parcel wide = parcel;
  struct jobs_smtp *smtp = opened("");
  wide.to = STR("\xc3\xa4nna@example.net");
  assert_int_equal(jobs_smtp_deliver(smtp, &parcel), R_OK);
  assert_int_equal(jobs_smtp_deliver(smtp, &wide), R_MALFORMED); /* on the connection that stands */
  assert_int_equal(jobs_smtp_deliver(smtp, &wide), R_MALFORMED); /* on one of its own */
  assert_int_equal(jobs_smtp_deliver(smtp, &parcel), R_OK);
  server.script.hello = "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8";
  jobs_smtp_close(&smtp);
  smtp = opened("");
  assert_int_equal(jobs_smtp_deliver(smtp, &wide), R_OK);
  assert_int_equal(jobs_smtp_deliver(smtp, &wide), R_OK);
  jobs_smtp_close(&smtp);
  close_server();
  const char *first = strstr(server.taken, "\xc3\xa4nna");
  assert_non_null(strstr(server.taken, "RCPT TO:<\xc3\xa4nna@example.net>"));
  assert_non_null(strstr(server.taken, "MAIL FROM:<access@example.org> SMTPUTF8"));
  assert_true(first > strstr(server.taken, " SMTPUTF8"));
}

static void who_is_not_there_takes_nothing(void **state)
{
  (void)state;
  close_server();
  assert_int_equal(sent(), R_UNAVAILABLE);
}

/* It offers no authentication, so none is given away. */
static void a_password_goes_to_nobody_who_does_not_ask_for_it(void **state)
{
  (void)state;
  struct jobs_smtp *smtp = opened("user:canary@");
  (void)!jobs_smtp_deliver(smtp, &parcel);
  jobs_smtp_close(&smtp);
  close_server();
  assert_null(strstr(server.taken, "canary"));
}

/* Off loopback, or with certificates to believe, a server that does not begin TLS gets no mail. */
static void without_tls_nothing_is_said_where_it_is_needed(void **state)
{
  (void)state;
  char url[100];
  struct jobs_smtp *smtp;
  snprintf(url, sizeof url, "smtp://127.0.0.1:%u", server.port);
  assert_int_equal(jobs_smtp_open(&(struct jobs_smtp_config){url, "/etc/ssl/certs/ca-certificates.crt"}, arena, &smtp),
                   R_OK);
  assert_int_equal(jobs_smtp_deliver(smtp, &parcel), R_UNAVAILABLE);
  jobs_smtp_close(&smtp);
  close_server();
  assert_null(strstr(server.taken, "MAIL"));
}

static void *stop_soon(void *smtp)
{
  nanosleep(&(struct timespec){0, 300000000}, NULL);
  jobs_smtp_stop(smtp);
  return NULL;
}

static void it_can_be_broken_off(void **state)
{
  (void)state;
  struct jobs_smtp *smtp = opened("");
  pthread_t stopper;
  server.silent = true;
  int64_t begun = clock_monotonic();
  assert_int_equal(pthread_create(&stopper, NULL, stop_soon, smtp), 0);
  assert_int_equal(jobs_smtp_deliver(smtp, &parcel), R_UNAVAILABLE);
  assert_true(clock_monotonic() - begun < 5 * CLOCK_SECOND);
  assert_int_equal(jobs_smtp_deliver(smtp, &parcel), R_UNAVAILABLE);
  pthread_join(stopper, NULL);
  jobs_smtp_close(&smtp);
}

static void only_a_mail_server_s_url_is_taken(void **state)
{
  (void)state;
  static const char *const good[] = {"smtp://mail.example.org", "smtp://user:p%40ss@mail.example.org:587",
                                     "smtps://[::1]:465", "smtps://mail.example.org/"};
  static const char *const bad[] = {"",
                                    "mail.example.org",
                                    "http://mail.example.org",
                                    "smtp:",
                                    "smtp://mail.example.org/path",
                                    "smtp://mail.example.org?x=1",
                                    "smtp://mail.example.org#x",
                                    "file:///etc/passwd",
                                    "smtp://mail example"};
  struct jobs_smtp *smtp;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    if (!jobs_smtp_is_url(good[i]))
      fail_msg("%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (jobs_smtp_is_url(bad[i]))
      fail_msg("%s", bad[i]);
  assert_int_equal(jobs_smtp_open(&(struct jobs_smtp_config){"http://x", ""}, arena, &smtp), R_RULE);
  assert_int_equal(jobs_smtp_open(&(struct jobs_smtp_config){"smtp://x", "/nowhere"}, arena, &smtp), R_RULE);
}

#define smtp_test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      smtp_test(a_mail_arrives_as_it_was_written),
      smtp_test(a_connection_serves_several),
      smtp_test(what_it_says_to_each_step_is_heeded),
      smtp_test(an_international_address_needs_a_server_that_takes_it),
      smtp_test(who_is_not_there_takes_nothing),
      smtp_test(a_password_goes_to_nobody_who_does_not_ask_for_it),
      smtp_test(without_tls_nothing_is_said_where_it_is_needed),
      smtp_test(it_can_be_broken_off),
      smtp_test(only_a_mail_server_s_url_is_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
