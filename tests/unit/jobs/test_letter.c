/* Mails as they go over the wire: nothing in them begins a header of its own. */
#include "jobs/letter.h"
#include "base/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state)
{
  (void)state;
  arena = arena_new(4 << 20);
  return arena ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  arena_free(&arena);
  return 0;
}

static struct jobs_letter letter(void)
{
  return (struct jobs_letter){.from_name = STR("Bailiwick"),
                              .from = STR("access@example.org"),
                              .to = STR("anna@example.net"),
                              .subject = STR("Hello"),
                              .body = STR("One line.\n"),
                              .id = STR("0190a5b8"),
                              .date = INT64_C(1795818966) * CLOCK_SECOND};
}

static const char *written(const struct jobs_letter *l)
{
  struct str message = STR_NONE;
  assert_int_equal(jobs_letter_write(l, arena, &message), R_OK);
  assert_int_equal(strlen(message.p), message.n);
  return message.p;
}

static void it_has_what_a_mail_has(void **state)
{
  (void)state;
  struct jobs_letter l = letter();
  assert_string_equal(written(&l), "From: Bailiwick <access@example.org>\r\n"
                                   "To: <anna@example.net>\r\n"
                                   "Subject: Hello\r\n"
                                   "Date: Fri, 27 Nov 2026 22:36:06 +0000\r\n"
                                   "Message-ID: <0190a5b8@example.org>\r\n"
                                   "Auto-Submitted: auto-generated\r\n"
                                   "MIME-Version: 1.0\r\n"
                                   "Content-Type: text/plain; charset=utf-8\r\n"
                                   "Content-Transfer-Encoding: quoted-printable\r\n"
                                   "\r\n"
                                   "One line.\r\n");
}

static void a_subject_stays_within_its_header(void **state)
{
  (void)state;
  static const struct {
    struct str subject;
    const char *line;
  } cases[] = {
      {{"a\r\nBcc: eve@example.com", 23},
       "Subject: =?utf-8?Q?a=20=20Bcc=3A=20eve=40exampl?=\r\n =?utf-8?Q?e=2Ecom?=\r\nDate:"},
      {{"Zürich", 7}, "Subject: =?utf-8?Q?Z=C3=BCrich?=\r\nDate:"},
      {{"=?utf-8?Q?x?=", 13}, "Subject: =?utf-8?Q?=3D=3Futf=2D8=3FQ=3Fx=3F=3D?=\r\nDate:"},
      {{"a = b?", 6}, "Subject: a = b?\r\nDate:"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct jobs_letter l = letter();
    l.subject = cases[i].subject;
    if (!strstr(written(&l), cases[i].line))
      fail_msg("%s", written(&l));
  }
}

static void no_line_is_longer_than_mail_allows(void **state)
{
  (void)state;
  struct jobs_letter l = letter();
  char text[4000];
  for (size_t i = 0; i < sizeof text; i += 2)
    memcpy(text + i, i % 500 == 498 ? " \n" : "\xc3\xbc", 2);
  l.subject = l.body = (struct str){text, sizeof text};
  const char *at = written(&l);
  while (*at) {
    const char *next = strstr(at, "\r\n");
    assert_non_null(next);
    assert_true(next - at <= 76);
    assert_null(memchr(at, '\n', (size_t)(next - at)));
    at = next + 2;
  }
}

static void the_body_is_quoted_so_that_nothing_is_lost(void **state)
{
  (void)state;
  struct jobs_letter l = letter();
  l.body = STR("a=b \n.\n\xc3\xbc\r\n\nend");
  assert_string_equal(strstr(written(&l), "\r\n\r\n") + 4, "a=3Db=20\r\n.\r\n=C3=BC=0D\r\n\r\nend\r\n");
  l.body = STR("https://access.example/accept#token=bwi_0123456789012345678901234567890123456789012\n");
  assert_string_equal(strstr(written(&l), "\r\n\r\n") + 4,
                      "https://access.example/accept#token=3Dbwi_012345678901234567890123456789012=\r\n3456789012\r\n");
}

static void only_an_address_is_written_to(void **state)
{
  (void)state;
  static const char *const good[] = {"a@b", "anna.north+x@mail.example.org", "o'neil@example.org", "1@127.0.0.1",
                                     "a@x-y.example", "\xc3\xbc@b", "a@\xc3\xbc.de",
                                     "\xe7\x94\xa8\xe6\x88\xb7@\xe4\xbe\x8b.example"};
  static const char *const bad[] = {
      "",     "a",     "@b",      "a@",    "a@b@c",   "a b@c",      "a@b c",         "a@b\r\nX", "<a@b>",
      "a@b>", "a,b@c", "\"a\"@b", ".a@b",  "a..b@c",  "a.@b",       "a@.b",          "a@b.",     "a@-b",
      "a@b-", "a\t@b", "a;b@c",   "a:b@c", "a@[::1]", "\xc3@b", "a\xc2\x85@b", "a@\xe2\x80\xa8.de", "a@b\x7f",  "a@b_c"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    if (!jobs_letter_address(str_of(good[i])))
      fail_msg("%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct jobs_letter to = letter(), from = letter();
    struct str message;
    to.to = from.from = str_of(bad[i]);
    if (jobs_letter_address(to.to))
      fail_msg("%s", bad[i]);
    assert_int_equal(jobs_letter_write(&to, arena, &message), R_MALFORMED);
    assert_int_equal(jobs_letter_write(&from, arena, &message), R_MALFORMED);
  }
  assert_true(jobs_letter_is_international(str_of(good[5])) && !jobs_letter_is_international(str_of(good[0])));
  assert_false(jobs_letter_address((struct str){"a\0b@c", 5}));
  char text[300];
  snprintf(text, sizeof text, "%065d@b", 1);
  assert_false(jobs_letter_address(str_of(text)));
  snprintf(text, sizeof text, "a@%064d", 1);
  assert_false(jobs_letter_address(str_of(text)));
  snprintf(text, sizeof text, "a@%063d.%063d.%063d.%063d", 1, 1, 1, 1);
  assert_false(jobs_letter_address(str_of(text)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(it_has_what_a_mail_has, begin, end),
      cmocka_unit_test_setup_teardown(a_subject_stays_within_its_header, begin, end),
      cmocka_unit_test_setup_teardown(no_line_is_longer_than_mail_allows, begin, end),
      cmocka_unit_test_setup_teardown(the_body_is_quoted_so_that_nothing_is_lost, begin, end),
      cmocka_unit_test_setup_teardown(only_an_address_is_written_to, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
