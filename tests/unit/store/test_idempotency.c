/* Keys of requests that may come again. */
#include "store/idempotency.h"
#include "support/estate.h"

static struct store_key key_of(const char *text, const char *digest)
{
  return (struct store_key){.root_tenant = estate_tenant(P1),
                            .principal = estate_user(P1_ADMIN),
                            .key = str_of(text),
                            .digest = str_of(digest)};
}

static enum store_claim claim(const char *text, const char *digest, struct store_reply *ret_reply)
{
  struct change change = estate_change(P1_ADMIN, P1);
  struct store_key key = key_of(text, digest);
  struct store_reply reply = {.status = 201, .body = STR("{\"id\":1}"), .location = STR("/v1/x")};
  enum store_claim claimed = 0;
  assert_ok(store_idempotency_claim(change.tx, &key, &claimed, ret_reply));
  if (claimed == STORE_CLAIM_NEW)
    assert_ok(store_idempotency_keep(change.tx, &key, &reply));
  estate_commit(&change);
  return claimed;
}

static void the_second_request_gets_the_reply_of_the_first(void **state)
{
  (void)state;
  struct store_reply reply = {0};
  assert_int_equal(claim("k1", "digest", &reply), STORE_CLAIM_NEW);
  assert_int_equal(claim("k1", "digest", &reply), STORE_CLAIM_REPLAY);
  assert_int_equal(reply.status, 201);
  assert_str(reply.body, "{\"id\":1}");
  assert_str(reply.location, "/v1/x");
}

static void another_request_with_the_key_is_told_apart(void **state)
{
  (void)state;
  struct store_reply reply = {0};
  assert_int_equal(claim("k2", "digest", &reply), STORE_CLAIM_NEW);
  assert_int_equal(claim("k2", "another", &reply), STORE_CLAIM_MISMATCH);
  assert_int_equal(reply.status, 0);
}

static void what_was_not_committed_was_not_claimed(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct store_key key = key_of("k3", "digest");
  struct store_reply reply = {0};
  enum store_claim claimed;
  assert_ok(store_idempotency_claim(change.tx, &key, &claimed, &reply));
  estate_abandon(&change);
  assert_int_equal(claim("k3", "digest", &reply), STORE_CLAIM_NEW);
}

static void two_at_once_do_not_wait_for_each_other(void **state)
{
  (void)state;
  struct change first = estate_change(P1_ADMIN, P1), second = estate_change(P1_ADMIN, P1);
  struct store_key key = key_of("k4", "digest");
  struct store_reply reply = {0};
  enum store_claim claimed;
  assert_ok(store_idempotency_claim(first.tx, &key, &claimed, &reply));
  assert_result(store_idempotency_claim(second.tx, &key, &claimed, &reply), R_IN_PROGRESS);
  estate_abandon(&second);
  estate_commit(&first);
}

static void a_key_is_free_again_after_a_day(void **state)
{
  (void)state;
  struct store_reply reply = {0};
  assert_int_equal(claim("k5", "digest", &reply), STORE_CLAIM_NEW);
  estate_sql("UPDATE idempotency SET created_at = now() - interval '23 hours 59 minutes' WHERE key = 'k5'");
  assert_int_equal(claim("k5", "another", &reply), STORE_CLAIM_MISMATCH);
  estate_sql("UPDATE idempotency SET created_at = now() - interval '24 hours 1 minute' WHERE key = 'k5'");
  assert_int_equal(claim("k5", "another", &reply), STORE_CLAIM_NEW);
  assert_int_equal(claim("k5", "another", &reply), STORE_CLAIM_REPLAY);
}

static void a_key_is_its_principals_own(void **state)
{
  (void)state;
  struct change change = estate_change(P1_HELPDESK, P1);
  struct store_key key = key_of("k1", "digest");
  struct store_reply reply = {0};
  enum store_claim claimed;
  key.principal = estate_user(P1_HELPDESK);
  assert_ok(store_idempotency_claim(change.tx, &key, &claimed, &reply));
  assert_int_equal(claimed, STORE_CLAIM_NEW);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(the_second_request_gets_the_reply_of_the_first),
      estate_test(another_request_with_the_key_is_told_apart),
      estate_test(what_was_not_committed_was_not_claimed),
      estate_test(two_at_once_do_not_wait_for_each_other),
      estate_test(a_key_is_free_again_after_a_day),
      estate_test(a_key_is_its_principals_own),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
