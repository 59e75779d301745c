/* Rows of clients. */
#include "import/client.h"
#include "support/loading.h"

#define CLIENT(members) "{\"kind\": \"client\", " members "}"
#define NAMED(id, name) CLIENT("\"external_id\": \"" id "\", \"display_name\": \"" name "\"")

static const char *const key = "\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\","
                               "\"x\": \"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
                               "\"y\": \"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]";

static void a_client_is_made_once_without_a_secret(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  char id[UUID_TEXT];
  assert_row(&l, IMPORT_UPSERT, NAMED("k1", "Loader"), IMPORT_CREATED);
  uuid_format(&l.applied.id, id);
  assert_string_equal(estate_ask("SELECT count(*) FROM client_proof WHERE principal_id = '%s'", id), "0");
  assert_row(&l, IMPORT_UPSERT, NAMED("k1", "Loader"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, NAMED("k1", "Other"), IMPORT_UPDATED);
  assert_refused(&l, IMPORT_CREATE, NAMED("k1", "Other"), R_ALREADY_EXISTS, "external_id");
}

static void networks_are_compared_by_what_they_mean(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
#define FROM(networks) CLIENT("\"external_id\": \"k2\", \"display_name\": \"N\", \"networks\": [" networks "]")
  assert_row(&l, IMPORT_UPSERT, FROM("\"10.0.0.0/8\", \"10.1.2.3\""), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, FROM("\"10.0.0.0/8\", \"10.1.2.3/32\""), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, FROM(""), IMPORT_UPDATED);
  assert_row(&l, IMPORT_UPSERT, NAMED("k2", "N"), IMPORT_UNCHANGED);
  assert_refused(&l, IMPORT_UPSERT, FROM("\"10.0.0.1/8\""), R_MALFORMED, "networks");
}

static void keys_are_those_of_the_row(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  char id[UUID_TEXT];
  struct str with_key =
      arena_print(estate_arena(), CLIENT("\"external_id\": \"k3\", \"display_name\": \"K\", %s"), key);
  assert_row(&l, IMPORT_UPSERT, with_key.p, IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, with_key.p, IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, NAMED("k3", "K"), IMPORT_UNCHANGED); /* says nothing of keys */
  uuid_format(&l.applied.id, id);
  assert_string_equal(estate_ask("SELECT count(*) FROM client_proof WHERE principal_id = '%s' AND kind = 'key'", id),
                      "1");
  assert_row(&l, IMPORT_UPSERT, CLIENT("\"external_id\": \"k3\", \"display_name\": \"K\", \"keys\": []"),
             IMPORT_UPDATED);
  assert_string_equal(estate_ask("SELECT count(*) FROM client_proof WHERE principal_id = '%s'", id), "0");
  assert_refused(&l, IMPORT_UPSERT, CLIENT("\"external_id\": \"k3\", \"display_name\": \"K\", \"keys\": [\"x\"]"),
                 R_MALFORMED, "keys");
  assert_refused(&l, IMPORT_UPSERT, CLIENT("\"external_id\": \"k3\", \"display_name\": \"K\", \"keys\": \"x\""),
                 R_MALFORMED, "keys");
}

static void a_client_that_is_gone_stays_so(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, NAMED("k4", "Gone soon"), IMPORT_CREATED);
  assert_row(&l, IMPORT_DELETE, CLIENT("\"external_id\": \"k4\""), IMPORT_REMOVED);
  assert_row(&l, IMPORT_DELETE, CLIENT("\"external_id\": \"k4\""), IMPORT_UNCHANGED);
}

static void what_is_privileged_needs_a_strong_session(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  l.actor.who.weak = true;
  assert_result(loading_row(&l, IMPORT_UPSERT, NAMED("k5", "Weak")), R_STEP_UP);
  assert_row(&l, IMPORT_UPSERT, "{\"kind\": \"user\", \"external_id\": \"k5\", \"login\": \"k5\"}", IMPORT_CREATED);
}

static void a_client_is_known_by_its_id_and_not_made_under_it(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1), neighbour = loading_as(P2_ADMIN, P2);
  char id[UUID_TEXT];
  assert_row(&l, IMPORT_UPSERT, NAMED("k7", "Seven"), IMPORT_CREATED);
  uuid_format(&l.applied.id, id);
  struct str by_id = arena_print(estate_arena(), CLIENT("\"external_id\": \"id:%s\", \"display_name\": \"Sette\""), id);
  assert_refused(&neighbour, IMPORT_UPSERT, by_id.p, R_NOT_FOUND, "external_id");
  assert_row(&l, IMPORT_UPSERT, by_id.p, IMPORT_UPDATED);
  assert_row(&l, IMPORT_UPSERT, NAMED("k7", "Sette"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_DELETE, by_id.p, IMPORT_REMOVED);
  assert_row(&l, IMPORT_DELETE, by_id.p, IMPORT_UNCHANGED);
  assert_refused(&l, IMPORT_UPSERT, by_id.p, R_NOT_FOUND, "external_id");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_client_is_made_once_without_a_secret),
      estate_test(networks_are_compared_by_what_they_mean),
      estate_test(keys_are_those_of_the_row),
      estate_test(a_client_that_is_gone_stays_so),
      estate_test(what_is_privileged_needs_a_strong_session),
      estate_test(a_client_is_known_by_its_id_and_not_made_under_it),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
