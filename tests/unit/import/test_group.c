/* Rows of groups. */
#include "import/group.h"
#include "support/loading.h"

#define GROUP(members) "{\"kind\": \"group\", " members "}"
#define NAMED(id, name) GROUP("\"external_id\": \"" id "\", \"display_name\": \"" name "\"")
#define CALLED(name) GROUP("\"display_name\": \"" name "\"")

static struct str made(const struct loading *l)
{
  char id[UUID_TEXT];
  uuid_format(&l->applied.id, id);
  return arena_copy(estate_arena(), str_of(id));
}

static const char *state_of(struct str id) { return estate_ask("SELECT state FROM principal WHERE id = '%s'", id.p); }

static void a_group_is_made_once_and_found_by_its_external_id(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, NAMED("g1", "Nurses"), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, NAMED("g1", "Nurses"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, NAMED("g1", "Doctors"), IMPORT_UPDATED);
  assert_str(l.applied.freed, "Nurses");
  assert_refused(&l, IMPORT_CREATE, NAMED("g1", "Doctors"), R_ALREADY_EXISTS, "external_id");
  assert_result(loading_row(&l, IMPORT_UPSERT, NAMED("g2", "DOCTORS")), R_ALREADY_EXISTS);
}

static void without_one_it_is_found_by_its_name(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, CALLED("Night shift"), IMPORT_CREATED);
  assert_row(&l, IMPORT_UPSERT, CALLED("Night shift"), IMPORT_UNCHANGED);
  assert_row(&l, IMPORT_UPSERT, CALLED("NIGHT SHIFT"), IMPORT_UPDATED);
  assert_refused(&l, IMPORT_CREATE, CALLED("Night shift"), R_ALREADY_EXISTS, "display_name");
  assert_row(&l, IMPORT_DELETE, CALLED("night shift"), IMPORT_REMOVED);
  assert_row(&l, IMPORT_DELETE, CALLED("night shift"), IMPORT_UNCHANGED);
}

static void it_is_suspended_and_resumed_by_whoever_may_change_it(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
#define AS(state) GROUP("\"external_id\": \"g3\", \"display_name\": \"Cooks\", \"state\": \"" state "\"")
  assert_row(&l, IMPORT_UPSERT, AS("suspended"), IMPORT_CREATED);
  struct str id = made(&l);
  assert_string_equal(state_of(id), "suspended");
  assert_row(&l, IMPORT_UPSERT, NAMED("g3", "Cooks"), IMPORT_UNCHANGED); /* says nothing of the state */
  assert_row(&l, IMPORT_UPSERT, AS("active"), IMPORT_UPDATED);
  assert_string_equal(state_of(id), "active");
  struct loading viewer = loading_as(P1_PROVISIONER, P1);
  assert_result(loading_row(&viewer, IMPORT_UPSERT, AS("suspended")), R_FORBIDDEN);
}

static void an_id_names_one_that_is_there_and_makes_none(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1), neighbour = loading_as(P2_ADMIN, P2);
  assert_row(&l, IMPORT_UPSERT, CALLED("Porters"), IMPORT_CREATED);
  struct str row = arena_print(estate_arena(), GROUP("\"external_id\": \"id:%s\", \"display_name\": \"Doormen\""),
                               made(&l).p);
  assert_row(&l, IMPORT_UPSERT, row.p, IMPORT_UPDATED);
  assert_refused(&neighbour, IMPORT_UPSERT, row.p, R_NOT_FOUND, "external_id");
  assert_row(&l, IMPORT_DELETE, row.p, IMPORT_REMOVED);
  assert_refused(&l, IMPORT_UPSERT, row.p, R_NOT_FOUND, "external_id");
}

static void one_that_goes_takes_its_grants_along(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_row(&l, IMPORT_UPSERT, NAMED("g5", "Readers"), IMPORT_CREATED);
  struct str id = made(&l);
  assert_row(&l, IMPORT_UPSERT,
             "{\"kind\": \"grant\", \"group_external_id\": \"g5\", \"role\": \"viewer\", \"scope\": \"self\"}",
             IMPORT_CREATED);
  assert_row(&l, IMPORT_DELETE, GROUP("\"external_id\": \"g5\""), IMPORT_REMOVED);
  assert_string_equal(estate_ask("SELECT count(*) FROM \"grant\" WHERE principal_id = '%s'", id.p), "0");
}

static void a_name_that_is_none_is_refused(void **state)
{
  (void)state;
  struct loading l = loading_as(P1_ADMIN, P1);
  assert_refused(&l, IMPORT_UPSERT, CALLED(" "), R_MALFORMED, "display_name");
  assert_refused(&l, IMPORT_UPSERT, NAMED("g6", " "), R_MALFORMED, "display_name");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_group_is_made_once_and_found_by_its_external_id),
      estate_test(without_one_it_is_found_by_its_name),
      estate_test(it_is_suspended_and_resumed_by_whoever_may_change_it),
      estate_test(an_id_names_one_that_is_there_and_makes_none),
      estate_test(one_that_goes_takes_its_grants_along),
      estate_test(a_name_that_is_none_is_refused),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
