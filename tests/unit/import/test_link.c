/* Links for those whom a job made: for who opened it, where it was opened for that, by the rules of now. */
#include "import/link.h"
#include "import/job.h"
#include "support/estate.h"

static struct import_link_page page;

/* A job of A_ADMIN's at A, that is said to have made A_PLAIN and B_PLAIN. */
static void have_job(const char *invitations)
{
  char plain[UUID_TEXT], neighbour[UUID_TEXT], job[UUID_TEXT];
  struct import_job_new wanted = {.tenant = estate_tenant(A),
                                  .kind = STR("users"),
                                  .format = STR("ndjson"),
                                  .mode = STR("upsert"),
                                  .on_error = STR("continue"),
                                  .invitations = str_of(invitations)};
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(import_job_open(&change, &wanted, &outcome));
  estate_commit(&change);
  page = (struct import_link_page){.key = {estate_tenant(A), outcome.id}};
  struct uuid a = estate_user(A_PLAIN), b = estate_user(B_PLAIN);
  uuid_format(&a, plain);
  uuid_format(&b, neighbour);
  uuid_format(&outcome.id, job);
  static const char line[] = "{\"line\":%d,\"action\":\"importUser\",\"id\":\"%s\",\"outcome\":\"created\"}";
  struct str first = arena_print(estate_arena(), line, 1, plain),
             second = arena_print(estate_arena(), line, 2, neighbour);
  estate_sql(
      "INSERT INTO import_result (job_id, tenant_id, tenant_path, tenant_boundary, place, number, refused, lines)"
      " SELECT id, tenant_id, tenant_path, tenant_boundary, 0, 1, false, E'%s\\n%s\\n' FROM import_job WHERE id = '%s'",
      first.p, second.p, job);
}

static enum result order(enum estate_user user, struct import_links *ret_links)
{
  struct change change = estate_change(user, A);
  enum result r = import_link_order(&change, &page, ret_links);
  if (r == R_OK)
    estate_commit(&change);
  else
    estate_abandon(&change);
  return r;
}

static int prepare(void **state)
{
  estate_domain.mail.sends = false;
  estate_sql(
      "DELETE FROM vault.invitation; UPDATE principal SET state = 'invited' WHERE login IN ('a-plain', 'b-plain')");
  return estate_begin(state);
}

static void who_is_outside_has_a_code_and_no_link(void **state)
{
  (void)state;
  struct import_links links;
  have_job("link");
  assert_ok(order(A_ADMIN, &links));
  assert_non_null(strstr(links.shown.p, "#token=bwi_"));
  assert_non_null(strstr(links.shown.p, "\"line\":2"));
  assert_non_null(strstr(links.shown.p, "\"code\":\"not_found\"}],\"next\":null"));
  assert_null(strstr(links.kept.p, "bwi_"));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.invitation"), "1");
}

static void they_are_for_who_opened_the_job(void **state)
{
  (void)state;
  struct import_links links;
  have_job("link");
  assert_result(order(P1_ADMIN, &links), R_FORBIDDEN);
  have_job("none");
  assert_result(order(A_ADMIN, &links), R_CONFLICT);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.invitation"), "0");
}

static void who_has_a_password_by_now_has_a_code(void **state)
{
  (void)state;
  struct import_links links;
  have_job("link");
  estate_sql("UPDATE principal SET state = 'active' WHERE login = 'a-plain'");
  assert_ok(order(A_ADMIN, &links));
  assert_non_null(strstr(links.shown.p, "\"code\":\"wrong_state\""));
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.invitation"), "0");
}

static void behind_the_last_there_is_nobody(void **state)
{
  (void)state;
  struct import_links links;
  have_job("link");
  page.after = 2 * 4096;
  assert_ok(order(A_ADMIN, &links));
  assert_str(links.shown, "{\"items\":[],\"next\":null,\"secret_already_shown\":false}");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(who_is_outside_has_a_code_and_no_link, prepare, estate_end),
      cmocka_unit_test_setup_teardown(they_are_for_who_opened_the_job, prepare, estate_end),
      cmocka_unit_test_setup_teardown(who_has_a_password_by_now_has_a_code, prepare, estate_end),
      cmocka_unit_test_setup_teardown(behind_the_last_there_is_nobody, prepare, estate_end),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
