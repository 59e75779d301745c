/* What mails say: of every kind, with every value, and nothing that a value smuggles in. */
#include "jobs/template.h"
#include "domain/notice.h"
#include <setjmp.h>
#include <stdarg.h>
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

static struct jobs_template_values values(void)
{
  return (struct jobs_template_values){.product = STR("Bailiwick"),
                                       .name = STR("Anna North"),
                                       .login = STR("anna"),
                                       .tenant = STR("North Clinic"),
                                       .code = STR("n0rth"),
                                       .link = STR("https://access.example/reset#token=bwp_1"),
                                       .when = STR("2026-11-27 22:36 UTC"),
                                       .until = STR("2026-11-27 23:36 UTC"),
                                       .address = STR("192.0.2.7")};
}

static struct jobs_template_text filled(const char *language, enum notice_kind kind,
                                        const struct jobs_template_values *v)
{
  struct jobs_template_text text = {0};
  assert_int_equal(jobs_template_fill(str_of(language), str_of(domain_notice_name(kind)), v, arena, &text), R_OK);
  return text;
}

/* Only the two kinds that are asked for bring a link, and they tell until when it works. */
static void every_kind_has_one_that_can_be_filled(void **state)
{
  (void)state;
  struct jobs_template_values v = values();
  for (enum notice_kind kind = NOTICE__NONE + 1; kind < NOTICE__COUNT; kind++) {
    struct jobs_template_text text = filled("en", kind, &v);
    bool has_link = kind == NOTICE_INVITATION || kind == NOTICE_RESET;
    assert_true(text.subject.n > 10 && !strchr(text.subject.p, '\n'));
    assert_null(strpbrk(text.subject.p, "{}"));
    assert_null(strpbrk(text.body.p, "{}"));
    assert_true(str_starts(text.body, STR("Hello Anna North,\n\n")));
    assert_true(!!strstr(text.body.p, v.link.p) == has_link);
    assert_true(!!strstr(text.body.p, "http") == has_link);
    assert_true(!!strstr(text.body.p, v.until.p) == has_link);
    assert_non_null(strstr(text.body.p, "\n\nBailiwick\n"));
  }
}

static void a_value_that_is_missing_takes_its_line_along(void **state)
{
  (void)state;
  struct jobs_template_values v = values();
  v.address = STR_NONE;
  struct jobs_template_text text = filled("en", NOTICE_PASSWORD_CHANGED, &v);
  assert_null(strstr(text.body.p, "address"));
  assert_non_null(strstr(text.body.p, "was changed at 2026-11-27 22:36 UTC.\n\nIf that was you"));
}

static void a_value_stays_within_its_line_and_is_not_filled_in_turn(void **state)
{
  (void)state;
  struct jobs_template_values v = values();
  v.name = STR("A\r\nB\x1b\xc2\x85\xe2\x80\xa8\xe2\x80\xa9{link}\xff\xc3\xbc");
  v.tenant = STR("T\nBcc: x@example.org");
  struct jobs_template_text text = filled("en", NOTICE_PASSWORD_CHANGED, &v);
  assert_string_equal(text.subject.p, "Your password at T Bcc: x@example.org was changed");
  assert_true(str_starts(text.body, STR("Hello A  B    {link} \xc3\xbc,\n\n")));
}

static void another_language_falls_back_and_another_kind_does_not(void **state)
{
  (void)state;
  struct jobs_template_values v = values();
  struct jobs_template_text text;
  assert_true(str_equal(filled("xx", NOTICE_RESET, &v).body, filled("en", NOTICE_RESET, &v).body));
  assert_int_equal(jobs_template_fill(STR("en"), STR("nothing"), &v, arena, &text), R_NOT_FOUND);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_kind_has_one_that_can_be_filled, begin, end),
      cmocka_unit_test_setup_teardown(a_value_that_is_missing_takes_its_line_along, begin, end),
      cmocka_unit_test_setup_teardown(a_value_stays_within_its_line_and_is_not_filled_in_turn, begin, end),
      cmocka_unit_test_setup_teardown(another_language_falls_back_and_another_kind_does_not, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
