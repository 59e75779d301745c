/* The content of a job at rest: each part opens where it was put, whole, and nowhere else. */
#include "import/content.h"
#include "import/job.h"
#include "support/estate.h"

static struct uuid job_with(size_t parts)
{
  struct change change = estate_change(P1_ADMIN, P1);
  const struct import_job_new job = {.tenant = estate_tenant(P1),
                                     .kind = STR("mixed"),
                                     .format = STR("ndjson"),
                                     .mode = STR("upsert"),
                                     .on_error = STR("continue"),
                                     .invitations = STR("none")};
  struct outcome made;
  char *text = arena_alloc(estate_arena(), parts * IMPORT_PART);
  assert_ok(import_job_open(&change, &job, &made));
  for (size_t i = 0; i < parts; i++)
    memset(text + i * IMPORT_PART, (int)('a' + i), IMPORT_PART);
  const struct import_piece piece = {.job = made.id, .bytes = {text, parts * IMPORT_PART}};
  assert_ok(import_content_put(&change, &piece));
  estate_commit(&change);
  return made.id;
}

static enum result kept(const struct uuid *job, int64_t from, int64_t limit, struct str *ret_bytes)
{
  struct store_call call = estate_call(P1_ADMIN, P1);
  return import_content_read(estate_domain.keys, &call, job, &(struct store_import_span){from, limit}, ret_bytes);
}

static const char *text_of(const struct uuid *id)
{
  char text[UUID_TEXT];
  uuid_format(id, text);
  return arena_copy(estate_arena(), str_of(text)).p;
}

static void what_is_read_ends_with_the_last_part_that_was_asked_for(void **state)
{
  (void)state;
  struct uuid job = job_with(3);
  struct str bytes;
  assert_ok(kept(&job, IMPORT_PART - 1, 2, &bytes));
  assert_int_equal(bytes.n, IMPORT_PART + 1);
  assert_int_equal(bytes.p[0], 'a');
  assert_int_equal(bytes.p[IMPORT_PART], 'b');
  assert_ok(kept(&job, 3 * IMPORT_PART, 2, &bytes));
  assert_int_equal(bytes.n, 0);
}

static void a_part_opens_at_its_own_place_alone(void **state)
{
  (void)state;
  struct uuid job = job_with(2);
  struct str bytes;
  estate_sql("UPDATE import_part p SET sealed = o.sealed FROM import_part o"
             " WHERE p.job_id = '%s' AND o.job_id = p.job_id AND o.begins <> p.begins",
             text_of(&job));
  assert_result(kept(&job, 0, 1, &bytes), R_INTERNAL);
  assert_result(kept(&job, IMPORT_PART, 1, &bytes), R_INTERNAL);
}

static void a_part_opens_in_its_own_job_alone(void **state)
{
  (void)state;
  struct uuid job = job_with(1), other = job_with(1);
  struct str bytes;
  estate_sql("UPDATE import_part p SET sealed = o.sealed FROM import_part o"
             " WHERE p.job_id = '%s' AND o.job_id = '%s' AND o.begins = p.begins",
             text_of(&job), text_of(&other));
  assert_result(kept(&job, 0, 1, &bytes), R_INTERNAL);
  assert_ok(kept(&other, 0, 1, &bytes));
}

static void a_part_that_says_another_end_does_not_open(void **state)
{
  (void)state;
  struct uuid job = job_with(1);
  struct str bytes;
  estate_sql("UPDATE import_part SET ends = ends - 1 WHERE job_id = '%s'", text_of(&job));
  assert_result(kept(&job, 0, 1, &bytes), R_INTERNAL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(what_is_read_ends_with_the_last_part_that_was_asked_for),
      estate_test(a_part_opens_at_its_own_place_alone),
      estate_test(a_part_opens_in_its_own_job_alone),
      estate_test(a_part_that_says_another_end_does_not_open),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
