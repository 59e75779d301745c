/* Letters to whoever a row makes: with the row, one behind the other, and to nobody else. */
#include "import/letter.h"
#include "support/loading.h"

#define USER(name, more) "{\"kind\": \"user\", \"external_id\": \"" name "\", \"login\": \"" name "\"" more "}"
#define EMAIL(name) ", \"email\": \"" name "@example.org\""

static int prepare(void **state)
{
  estate_domain.mail.sends = true;
  estate_sql("DELETE FROM vault.outbox");
  return estate_begin(state);
}

/* "how many|seconds from the first to the last" */
static const char *letters(void)
{
  return estate_ask(
      "SELECT count(*), round(extract(epoch FROM max(next_at) - min(next_at))) FROM vault.outbox WHERE bulk");
}

static struct loading inviting(struct import_inviting *how)
{
  struct loading l = loading_as(P1_ADMIN, P1);
  l.inviting = how;
  return l;
}

static void letters_go_one_behind_the_other(void **state)
{
  (void)state;
  struct import_inviting how = {.mail = true, .interval = 3600 * CLOCK_SECOND};
  struct loading l = inviting(&how);
  assert_row(&l, IMPORT_UPSERT, USER("lea", EMAIL("lea")), IMPORT_CREATED);
  assert_string_equal(letters(), "1|0");
  assert_row(&l, IMPORT_UPSERT, USER("leo", EMAIL("leo")), IMPORT_CREATED);
  assert_string_equal(letters(), "2|3600");
  assert_row(&l, IMPORT_UPSERT, USER("leo", EMAIL("leo")), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, USER("leo", EMAIL("leonie")), IMPORT_UPDATED);
  assert_string_equal(letters(), "2|3600");
}

static void who_has_no_address_is_not_made(void **state)
{
  (void)state;
  struct import_inviting how = {.mail = true, .interval = CLOCK_SECOND};
  struct loading l = inviting(&how);
  assert_refused(&l, IMPORT_UPSERT, USER("lin", ""), R_RULE, "email");
  l.inviting = NULL;
  assert_row(&l, IMPORT_UPSERT, USER("lin", ""), IMPORT_CREATED);
  assert_string_equal(letters(), "0|");
}

static void links_need_no_address_and_send_no_letter(void **state)
{
  (void)state;
  struct import_inviting how = {.mail = false};
  struct loading l = inviting(&how);
  assert_row(&l, IMPORT_UPSERT, USER("liv", EMAIL("liv")), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, USER("lou", ""), IMPORT_CREATED);
  assert_string_equal(letters(), "0|");
}

static void who_has_a_password_is_not_invited(void **state)
{
  (void)state;
  struct import_inviting how = {.mail = true, .interval = CLOCK_SECOND};
  struct loading l = inviting(&how);
  const char *hash = ", \"password_hash\": \"$2b$10$abcdefghijklmnopqrstuuWmGvHrTCcV1VVzIRvYpAg6v3qxzUOrW\"";
  struct str line = arena_print(estate_arena(), USER("luz", EMAIL("luz") "%s"), hash);
  assert_row(&l, IMPORT_UPSERT, line.p, IMPORT_CREATED);
  assert_string_equal(letters(), "0|");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(letters_go_one_behind_the_other, prepare, estate_end),
      cmocka_unit_test_setup_teardown(who_has_no_address_is_not_made, prepare, estate_end),
      cmocka_unit_test_setup_teardown(links_need_no_address_and_send_no_letter, prepare, estate_end),
      cmocka_unit_test_setup_teardown(who_has_a_password_is_not_invited, prepare, estate_end),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
