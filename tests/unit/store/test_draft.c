/* What a dry run would have made, by keys: found in its order, each row once, of its own job alone. */
#include "store/draft.h"
#include "support/estate.h"

static struct uuid numbered(unsigned char n) { return (struct uuid){.b = {[15] = n}}; }

/* An import job of A's, whatever it is to do. */
static struct uuid job_numbered(unsigned char n)
{
  struct uuid id = numbered(n);
  char text[UUID_TEXT];
  uuid_format(&id, text);
  estate_sql("INSERT INTO import_job (id, tenant_id, tenant_path, tenant_boundary, submitter_id, submitter_kind,"
             " submitter_home, submitter_path, submitter_weak, kind, format, mode, on_error, dry_run)"
             " SELECT '%s', id, path, boundary, id, 'user', id, path, false, 'mixed', 'ndjson', 'upsert', 'continue',"
             " true FROM tenant WHERE path = '%s' ON CONFLICT DO NOTHING",
             text, estate_path(A).p);
  return id;
}

static void put(const struct uuid *job, const struct store_draft *drafts, size_t count)
{
  struct store_call call = estate_whole();
  struct store_tx *tx;
  uint64_t ignored;
  assert_ok(store_tx_open(&call, &tx));
  assert_ok(store_draft_put(tx, job, drafts, count));
  assert_ok(store_tx_commit(tx, &ignored));
  store_tx_close(&tx);
}

static void rows_of_some_keys_are_found_once_and_in_their_order(void **state)
{
  (void)state;
  struct store_call call = estate_whole();
  struct uuid job = job_numbered(1), other = job_numbered(2);
  const struct uuid keys[] = {numbered(11), numbered(12), numbered(13)};
  const struct store_draft drafts[] = {{keys[0], 7, 70}, {keys[1], 7, 70}, {keys[1], 3, 30}, {keys[2], 5, 50}};
  const struct store_draft elsewhere = {keys[0], 1, 10};
  const struct store_draft *found;
  size_t count;
  put(&job, drafts, 4);
  put(&other, &elsewhere, 1);
  const struct store_draft_keys wanted = {keys, 2, 10}, first = {keys, 3, 2};
  assert_ok(store_draft_find(&call, &job, &wanted, &found, &count));
  assert_int_equal(count, 2);
  assert_true(found[0].number == 3 && found[0].place == 30 && found[1].number == 7 && found[1].place == 70);
  assert_ok(store_draft_find(&call, &job, &first, &found, &count));
  assert_true(count == 2 && found[0].number == 3 && found[1].number == 5);
  assert_ok(store_draft_find(&call, &other, &wanted, &found, &count));
  assert_true(count == 1 && found[0].place == 10);
}

static void no_keys_find_nothing(void **state)
{
  (void)state;
  struct store_call call = estate_whole();
  struct uuid job = job_numbered(1);
  const struct store_draft *found;
  size_t count;
  const struct store_draft_keys none = {NULL, 0, 10};
  assert_ok(store_draft_find(&call, &job, &none, &found, &count));
  assert_int_equal(count, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(rows_of_some_keys_are_found_once_and_in_their_order, estate_begin, estate_end),
      cmocka_unit_test_setup_teardown(no_keys_find_nothing, estate_begin, estate_end),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
