/* Rows of memberships. */
#include "import/membership.h"
#include "support/loading.h"

#define IN(group, member) "{\"kind\": \"membership\", " group ", " member "}"
#define NURSES "\"external_id\": \"nurses\""
#define GROUP(id, name)                                                                                                \
  "{\"kind\": \"group\", \"external_id\": \"" id "\", \"display_name\": \"" name "\"}"
#define USER(id) "{\"kind\": \"user\", \"external_id\": \"" id "\", \"login\": \"" id "\"}"
#define HOLDS(group, role)                                                                                             \
  "{\"kind\": \"grant\", \"group_external_id\": \"" group "\", \"role\": \"" role "\", \"scope\": \"subtree\"}"

static struct loading begun(void)
{
  struct loading l = loading_as(P1_ADMIN, P1);
  estate_sql("DELETE FROM membership");
  estate_settle();
  assert_ok(loading_row(&l, IMPORT_UPSERT, GROUP("nurses", "Nurses")));
  assert_ok(loading_row(&l, IMPORT_UPSERT, GROUP("staff", "All staff")));
  assert_ok(loading_row(&l, IMPORT_UPSERT, USER("ada")));
  assert_ok(loading_row(&l, IMPORT_UPSERT, "{\"kind\": \"client\", \"external_id\": \"m1\", \"display_name\": \"M\"}"));
  return l;
}

static const char *memberships(void) { return estate_ask("SELECT count(*) FROM membership"); }

static void whoever_is_named_joins_once(void **state)
{
  (void)state;
  struct loading l = begun();
  assert_row(&l, IMPORT_UPSERT, IN(NURSES, "\"user_external_id\": \"ada\""), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, IN("\"display_name\": \"NURSES\"", "\"user_login\": \"Ada\""), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, IN(NURSES, "\"client_external_id\": \"m1\""), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, IN("\"external_id\": \"staff\"", "\"group_display_name\": \"nurses\""), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, IN("\"external_id\": \"staff\"", "\"group_external_id\": \"nurses\""),
             IMPORT_UNCHANGED);
  assert_refused(&l, IMPORT_CREATE, IN(NURSES, "\"user_login\": \"ada\""), R_ALREADY_EXISTS, "user_login");
  assert_string_equal(memberships(), "3");
}

static void whoever_is_named_leaves_and_stays_away(void **state)
{
  (void)state;
  struct loading l = begun();
  assert_row(&l, IMPORT_UPSERT, IN(NURSES, "\"user_external_id\": \"ada\""), IMPORT_CREATED);
  struct import_applied joined = l.applied;
  assert_row(&l, IMPORT_DELETE, IN(NURSES, "\"user_login\": \"ada\""), IMPORT_REMOVED);
  assert_true(uuid_equal(&joined.id, &l.applied.id));
  assert_row(&l, IMPORT_DELETE, IN(NURSES, "\"user_login\": \"ada\""), IMPORT_UNCHANGED);
  assert_string_equal(memberships(), "0");
}

static void who_or_what_is_missing_is_to_blame(void **state)
{
  (void)state;
  struct loading l = begun();
  assert_refused(&l, IMPORT_UPSERT, IN(NURSES, "\"user_external_id\": \"eve\""), R_NOT_FOUND, "user_external_id");
  assert_refused(&l, IMPORT_UPSERT, IN("\"external_id\": \"cooks\"", "\"user_external_id\": \"ada\""), R_NOT_FOUND,
                 "external_id");
  assert_refused(&l, IMPORT_UPSERT, IN("\"display_name\": \"Cooks\"", "\"user_external_id\": \"ada\""), R_NOT_FOUND,
                 "display_name");
  struct loading neighbour = loading_as(P2_ADMIN, P2);
  assert_refused(&neighbour, IMPORT_UPSERT, IN(NURSES, "\"user_external_id\": \"ada\""), R_NOT_FOUND, "external_id");
}

static void a_row_says_what_group_and_who_is_in_it_once(void **state)
{
  (void)state;
  struct import_row row;
  struct str wrong;
#define WRONG(line, why)                                                                                               \
  do {                                                                                                                 \
    assert_result(import_row_read(STR(line), IMPORT_UPSERT, estate_arena(), &row, &wrong), R_MALFORMED);               \
    assert_str(wrong, why);                                                                                            \
  } while (0)
  WRONG(IN(NURSES, "\"tenant_external_id\": null"), "user_external_id: Is missing, and user_login as well");
  WRONG(IN("\"tenant_external_id\": null", "\"user_login\": \"ada\""),
        "external_id: Is missing, and display_name as well");
  WRONG(IN(NURSES ", \"display_name\": \"Nurses\"", "\"user_login\": \"ada\""),
        "display_name: Must not stand beside external_id");
  WRONG(IN(NURSES, "\"user_login\": \"ada\", \"client_external_id\": \"m1\""),
        "client_external_id: Must not stand beside user_login");
}

static void joining_is_being_given_what_the_group_holds(void **state)
{
  (void)state;
  struct loading l = begun();
  assert_row(&l, IMPORT_UPSERT, HOLDS("staff", "partner_admin"), IMPORT_CREATED);
  assert_result(loading_row(&l, IMPORT_UPSERT, IN("\"external_id\": \"staff\"", "\"client_external_id\": \"m1\"")),
                R_NOT_FOR_MACHINES);
  assert_row(&l, IMPORT_UPSERT, IN("\"external_id\": \"staff\"", "\"group_external_id\": \"nurses\""), IMPORT_CREATED);
  assert_result(loading_row(&l, IMPORT_UPSERT, IN(NURSES, "\"client_external_id\": \"m1\"")), R_NOT_FOR_MACHINES);
  assert_result(loading_row(&l, IMPORT_UPSERT, IN(NURSES, "\"group_external_id\": \"staff\"")), R_GROUP_RING);
  struct uuid self = estate_user(P1_ADMIN);
  char id[UUID_TEXT];
  uuid_format(&self, id);
  struct str own = arena_print(estate_arena(), IN(NURSES, "\"user_external_id\": \"id:%s\""), id);
  assert_result(loading_row(&l, IMPORT_UPSERT, own.p), R_SELF_SERVICE);
  struct loading provisioner = loading_as(P1_PROVISIONER, P1);
  assert_refused(&provisioner, IMPORT_UPSERT, IN(NURSES, "\"user_login\": \"ada\""), R_FORBIDDEN, "tenant_external_id");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(whoever_is_named_joins_once),
      estate_test(whoever_is_named_leaves_and_stays_away),
      estate_test(who_or_what_is_missing_is_to_blame),
      estate_test(a_row_says_what_group_and_who_is_in_it_once),
      estate_test(joining_is_being_given_what_the_group_holds),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
