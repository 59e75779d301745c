/* Jobs as requests see them: what is announced, what comes of it, who may, and that all of it is there. */
#include "import/job.h"
#include "import/content.h"
#include "support/estate.h"

enum { LIMIT = 4 * IMPORT_PART };

static struct store_import_key opened(enum estate_user user)
{
  struct change change = estate_change(user, P1);
  const struct import_job_new job = {.tenant = estate_tenant(P1),
                                     .kind = STR("mixed"),
                                     .format = STR("ndjson"),
                                     .mode = STR("upsert"),
                                     .on_error = STR("continue"),
                                     .invitations = STR("none")};
  struct outcome made;
  estate_domain.limits.import_size = LIMIT;
  assert_ok(import_job_open(&change, &job, &made));
  estate_commit(&change);
  return (struct store_import_key){estate_tenant(P1), made.id};
}

static enum result ended(struct change *change, enum result r)
{
  if (r == R_OK)
    estate_commit(change);
  else
    estate_abandon(change);
  return r;
}

static enum result announced(enum estate_user user, struct store_import_key key, int64_t offset, int64_t size)
{
  struct change change = estate_change(user, P1);
  const struct import_job_span span = {key, offset, size};
  int64_t expected;
  return ended(&change, import_job_announce(&change, &span, &expected));
}

static enum result filled(struct store_import_key key, int64_t offset, struct str bytes, int64_t *ret_expected)
{
  struct change change = estate_change(P1_ADMIN, P1);
  const struct import_job_span span = {key, offset, (int64_t)bytes.n};
  enum result r = import_job_fill(&change, &span, bytes.p, ret_expected);
  change.events += r == R_OK; /* of the announcement */
  return ended(&change, r);
}

static enum result started(enum estate_user user, struct store_import_key key, int64_t *ret_expected)
{
  struct change change = estate_change(user, P1);
  struct outcome outcome;
  return ended(&change, import_job_start(&change, &key, &outcome, ret_expected));
}

static struct str letters(size_t n)
{
  char *text = arena_alloc(estate_arena(), n);
  assert_non_null(text);
  for (size_t i = 0; i < n; i++)
    text[i] = (char)('a' + i % 23);
  return (struct str){text, n};
}

static struct str kept(struct store_import_key key, int64_t from)
{
  struct store_call call = estate_call(P1_ADMIN, P1);
  const struct store_import_span span = {from, 8};
  struct str bytes;
  assert_ok(import_content_read(estate_domain.keys, &call, &key.job, &span, &bytes));
  return bytes;
}

static void pieces_of_any_size_are_kept_one_behind_the_other(void **state)
{
  (void)state;
  static const size_t sizes[] = {1, IMPORT_PART - 1, IMPORT_PART, 1000, 2 * IMPORT_PART - 1001};
  struct store_import_key key = opened(P1_ADMIN);
  struct str all = letters(LIMIT);
  int64_t offset = 0, expected;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++, offset += (int64_t)sizes[i - 1])
    assert_ok(filled(key, offset, (struct str){all.p + offset, sizes[i]}, &expected));
  assert_true(str_equal(kept(key, 0), (struct str){all.p, (size_t)offset}));
  assert_true(str_equal(kept(key, IMPORT_PART + 5),
                        (struct str){all.p + IMPORT_PART + 5, (size_t)offset - IMPORT_PART - 5}));
  assert_int_equal(kept(key, offset).n, 0);
}

static void a_piece_that_is_there_is_not_kept_twice(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN);
  int64_t expected = -1;
  assert_ok(filled(key, 0, STR("abc"), &expected));
  assert_result(filled(key, 0, STR("abc"), &expected), R_WRONG_OFFSET);
  assert_int_equal(expected, 3);
  assert_str(kept(key, 0), "abc");
}

static void it_is_not_started_before_all_has_come(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN);
  int64_t expected = -1;
  assert_ok(announced(P1_ADMIN, key, 0, 10));
  assert_ok(filled(key, 0, STR("abc"), &expected));
  assert_result(started(P1_ADMIN, key, &expected), R_INCOMPLETE);
  assert_int_equal(expected, 3);
  assert_ok(announced(P1_ADMIN, key, 3, 0));
  assert_ok(started(P1_ADMIN, key, &expected));
  assert_result(filled(key, 3, STR("d"), &expected), R_CONFLICT);
  assert_result(announced(P1_ADMIN, key, 3, 1), R_CONFLICT);
}

static void nobody_else_fills_or_starts_it(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN);
  int64_t expected;
  assert_result(announced(P1_PROVISIONER, key, 0, 1), R_FORBIDDEN);
  assert_result(started(P1_PROVISIONER, key, &expected), R_FORBIDDEN);
}

static void no_more_comes_than_a_job_may_bring(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN);
  int64_t expected;
  assert_result(announced(P1_ADMIN, key, 0, LIMIT + 1), R_TOO_LARGE);
  assert_ok(announced(P1_ADMIN, key, 0, LIMIT));
  assert_result(filled(key, 0, letters(LIMIT + 1), &expected), R_TOO_LARGE);
}

static void it_is_found_below_its_own_tenant_alone(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN);
  key.tenant = estate_tenant(A);
  assert_result(announced(P1_ADMIN, key, 0, 1), R_NOT_FOUND);
}

static void a_part_that_was_changed_is_no_content(void **state)
{
  (void)state;
  struct store_import_key key = opened(P1_ADMIN);
  struct store_call call = estate_call(P1_ADMIN, P1);
  const struct store_import_span span = {0, 8};
  char id[UUID_TEXT];
  struct str bytes;
  int64_t expected;
  uuid_format(&key.job, id);
  assert_ok(filled(key, 0, STR("abc"), &expected));
  estate_sql("UPDATE import_part SET sealed = set_byte(sealed, 30, 255 - get_byte(sealed, 30))"
             " WHERE job_id = '%s'",
             id);
  assert_true(import_content_read(estate_domain.keys, &call, &key.job, &span, &bytes) != R_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(pieces_of_any_size_are_kept_one_behind_the_other),
      estate_test(a_piece_that_is_there_is_not_kept_twice),
      estate_test(it_is_not_started_before_all_has_come),
      estate_test(nobody_else_fills_or_starts_it),
      estate_test(no_more_comes_than_a_job_may_bring),
      estate_test(it_is_found_below_its_own_tenant_alone),
      estate_test(a_part_that_was_changed_is_no_content),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
