/* What may be done to proofs of clients. */
#include "domain/proof.h"
#include "authn/nonce.h"
#include "domain/client.h"
#include "support/estate.h"

static struct uuid client_at(enum estate_user by, enum estate_tenant tenant)
{
  struct change change = estate_change(by, tenant);
  struct client_new client = {.tenant = estate_tenant(tenant), .display_name = STR("Loader"), .without_secret = true};
  struct outcome outcome;
  struct str secret;
  assert_ok(domain_client_create(&change, &client, &outcome, &secret));
  estate_commit(&change);
  return outcome.id;
}

static void secrets_stand_side_by_side_up_to_the_limit(void **state)
{
  (void)state;
  struct uuid client = client_at(A_ADMIN, A);
  struct proof_terms terms = {.name = STR("")};
  struct str secrets[DOMAIN_PROOFS + 1] = {0};
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  for (int i = 0; i < DOMAIN_PROOFS; i++)
    assert_ok(domain_proof_secret(&change, &client, &terms, &outcome, &secrets[i]));
  assert_result(domain_proof_secret(&change, &client, &terms, &outcome, &secrets[DOMAIN_PROOFS]), R_LIMIT_REACHED);
  assert_false(str_equal(secrets[0], secrets[1]));
  assert_int_equal(change.events, DOMAIN_PROOFS);
  struct store_proof_key key = {outcome.id, client, STORE_PROOF_SECRET};
  assert_ok(domain_proof_delete(&change, &key));
  assert_ok(domain_proof_secret(&change, &client, &terms, &outcome, &secrets[DOMAIN_PROOFS]));
  estate_commit(&change);
}

static void one_that_has_expired_takes_no_room(void **state)
{
  (void)state;
  struct uuid client = client_at(A_ADMIN, A);
  struct proof_terms gone = {.name = STR(""), .expires_at = clock_now() - CLOCK_SECOND}, terms = {.name = STR("")};
  struct outcome outcome;
  struct str secret;
  struct change change = estate_change(A_ADMIN, A);
  for (int i = 0; i < DOMAIN_PROOFS; i++)
    assert_ok(domain_proof_secret(&change, &client, &gone, &outcome, &secret));
  assert_ok(domain_proof_secret(&change, &client, &terms, &outcome, &secret));
  estate_abandon(&change);
}

static struct authn_key key_named(const char *kid)
{
  return (struct authn_key){.kid = str_of(kid), .algorithm = STR("ES256"), .pem = STR("-")};
}

static void keys_are_counted_apart_and_one_kid_is_one_key(void **state)
{
  (void)state;
  static const char *const kids[] = {"1", "2", "3", "4", "5"};
  struct uuid client = client_at(A_ADMIN, A);
  struct proof_terms terms = {.name = STR("")};
  struct authn_key key = key_named("6");
  struct str secret;
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  for (int i = 0; i < DOMAIN_PROOFS; i++) {
    struct authn_key one = key_named(kids[i]);
    assert_ok(domain_proof_key(&change, &client, &terms, &one, &outcome));
  }
  assert_result(domain_proof_key(&change, &client, &terms, &key, &outcome), R_LIMIT_REACHED);
  assert_ok(domain_proof_secret(&change, &client, &terms, &outcome, &secret));
  assert_int_equal(change.events, DOMAIN_PROOFS + 1);
  estate_commit(&change);
  struct uuid other = client_at(A_ADMIN, A);
  change = estate_change(A_ADMIN, A);
  key = key_named("1");
  assert_ok(domain_proof_key(&change, &other, &terms, &key, &outcome));
  assert_result(domain_proof_key(&change, &other, &terms, &key, &outcome), R_ALREADY_EXISTS);
  estate_abandon(&change);
  change = estate_change(B_ADMIN, B);
  assert_result(domain_proof_key(&change, &client, &terms, &key, &outcome), R_NOT_FOUND);
  estate_abandon(&change);
}

static void who_does_not_see_the_client_makes_and_deletes_none(void **state)
{
  (void)state;
  struct uuid client = client_at(A_ADMIN, A);
  struct proof_terms terms = {.name = STR("")};
  struct outcome made, ignored;
  struct str secret;
  struct change own = estate_change(A_ADMIN, A);
  assert_ok(domain_proof_secret(&own, &client, &terms, &made, &secret));
  estate_commit(&own);
  struct change change = estate_change(B_ADMIN, B);
  struct store_proof_key key = {made.id, client, STORE_PROOF_SECRET};
  assert_result(domain_proof_secret(&change, &client, &terms, &ignored, &secret), R_NOT_FOUND);
  assert_result(domain_proof_delete(&change, &key), R_NOT_FOUND);
  estate_abandon(&change);
}

static void a_client_does_not_delete_its_own(void **state)
{
  (void)state;
  struct uuid client = client_at(A_ADMIN, A);
  struct proof_terms terms = {.name = STR("")};
  struct outcome made;
  struct str secret;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_proof_secret(&change, &client, &terms, &made, &secret));
  struct store_proof_key key = {made.id, client, STORE_PROOF_SECRET};
  change.actor.kind = DOMAIN_ACTOR_CLIENT;
  change.actor.id = client;
  assert_result(domain_proof_delete(&change, &key), R_SELF_SERVICE);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(secrets_stand_side_by_side_up_to_the_limit),
      estate_test(one_that_has_expired_takes_no_room),
      estate_test(keys_are_counted_apart_and_one_kid_is_one_key),
      estate_test(who_does_not_see_the_client_makes_and_deletes_none),
      estate_test(a_client_does_not_delete_its_own),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
