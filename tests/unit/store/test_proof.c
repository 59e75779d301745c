/* Proofs of clients through the store. */
#include "store/proof.h"
#include "store/client.h"
#include "store/session.h"
#include "support/estate.h"

static struct uuid client_of(struct change *change, const char *external_id)
{
  struct store_client_row row = {.tenant = estate_tenant(A),
                                 .display_name = STR("Loader"),
                                 .name_key = STR("loader"),
                                 .external_id = str_of(external_id)};
  struct store_object client;
  assert_ok(uuid_new(&row.id));
  assert_ok(store_client_insert(change->tx, &row, &client));
  return row.id;
}

static struct store_proof_row secret_of(const struct uuid *client, int64_t expires_at)
{
  struct store_proof_row row = {
      .client = *client, .kind = STORE_PROOF_SECRET, .name = STR("night run"), .expires_at = expires_at};
  assert_ok(uuid_new(&row.id));
  return row;
}

/* A client with one secret of that digest. */
static struct store_proof_row made(const char *external_id, const char *digest, int64_t expires_at)
{
  struct change change = estate_change(A_ADMIN, A);
  struct uuid client = client_of(&change, external_id);
  struct store_proof_row row = secret_of(&client, expires_at);
  struct store_object proof;
  assert_ok(store_proof_insert(change.tx, &row, &proof));
  assert_ok(store_proof_secret(change.tx, &row.id, &client, str_of(digest)));
  assert_string_equal(estate_member(proof.body, "name"), "\"night run\"");
  estate_commit(&change);
  return row;
}

static struct store_call auth(void)
{
  return (struct store_call){.pool = estate_domain.auth, .arena = estate_arena()};
}

static enum result by_digest(const struct uuid *client, const char *digest, int64_t now, struct store_proof *ret_proof)
{
  struct store_call call = auth();
  struct store_claim claim = {.client = *client, .digest = str_of(digest), .now = now, .address = STR("192.0.2.1")};
  return store_proof_by_digest(&call, &claim, ret_proof);
}

static void a_secret_is_found_by_its_digest_until_it_expires(void **state)
{
  (void)state;
  int64_t now = clock_now();
  struct store_proof_row row = made("p-1", "one", now + CLOCK_SECOND);
  struct store_proof_row other = made("p-2", "two", 0);
  struct store_proof proof;
  assert_ok(by_digest(&row.client, "one", now, &proof));
  assert_memory_equal(&proof.id, &row.id, sizeof row.id);
  assert_true(proof.expires_at == row.expires_at && proof.epoch == 1);
  assert_ok(by_digest(&row.client, "one", row.expires_at, &proof));
  assert_true(uuid_is_zero(&proof.id));
  assert_ok(by_digest(&row.client, "two", now, &proof));
  assert_true(uuid_is_zero(&proof.id));
  assert_ok(by_digest(&other.client, "two", now, &proof));
  assert_true(proof.expires_at == 0 && !uuid_is_zero(&proof.id));
  assert_result(by_digest(&row.id, "one", now, &proof), R_NOT_FOUND);
}

static bool found_from(const struct store_claim *claim, const char *address)
{
  struct store_call call = auth();
  struct store_claim from = *claim;
  struct store_proof proof;
  from.address = str_of(address);
  assert_ok(from.digest.p ? store_proof_by_digest(&call, &from, &proof) : store_proof_by_kid(&call, &from, &proof));
  return !uuid_is_zero(&proof.id);
}

static struct store_proof_row key_of(struct change *change, const struct uuid *client, const char *kid,
                                     int64_t expires_at)
{
  struct store_proof_row row = secret_of(client, expires_at);
  struct store_object made;
  row.kind = STORE_PROOF_KEY;
  row.kid = str_of(kid);
  row.algorithm = STR("ES256");
  row.public_key = str_of(kid);
  assert_ok(store_proof_insert(change->tx, &row, &made));
  return row;
}

static void a_proof_counts_from_the_clients_networks_alone(void **state)
{
  (void)state;
  struct store_proof_row row = made("p-8", "eight", 0);
  struct change change = estate_change(A_ADMIN, A);
  key_of(&change, &row.client, "k", 0);
  struct store_client_change set = {.networks = STR("{198.51.100.0/24,203.0.113.7,2001:db8::/32}")};
  struct store_object client;
  struct store_claim claims[] = {{.client = row.client, .digest = STR("eight")},
                                 {.client = row.client, .kid = STR("k")}};
  estate_commit(&change);
  for (int i = 0; i < 2; i++) {
    claims[i].now = clock_now();
    assert_true(found_from(&claims[i], "192.0.2.1") && found_from(&claims[i], NULL));
  }
  change = estate_change(A_ADMIN, A);
  assert_ok(store_client_update(change.tx, &row.client, &set, &client));
  estate_commit(&change);
  for (int i = 0; i < 2; i++) {
    assert_true(found_from(&claims[i], "198.51.100.255") && found_from(&claims[i], "2001:db8:1::9"));
    assert_true(found_from(&claims[i], "203.0.113.7"));
    assert_false(found_from(&claims[i], "198.51.101.0") || found_from(&claims[i], "203.0.113.8"));
    assert_false(found_from(&claims[i], "2001:db9::1") || found_from(&claims[i], NULL));
  }
}

static void a_key_is_found_by_its_name_and_without_one_where_it_is_the_only_one(void **state)
{
  (void)state;
  struct store_call call = auth();
  struct change change = estate_change(A_ADMIN, A);
  struct uuid client = client_of(&change, "p-9"), other = client_of(&change, "p-10");
  struct store_proof_row one = key_of(&change, &client, "one", clock_now() + 60 * CLOCK_SECOND);
  key_of(&change, &other, "foreign", 0);
  estate_commit(&change);
  struct store_claim claim = {.client = client, .kid = STR("one"), .now = clock_now(), .address = STR("192.0.2.1")};
  struct store_proof proof;
  assert_ok(store_proof_by_kid(&call, &claim, &proof));
  assert_memory_equal(&proof.id, &one.id, sizeof proof.id);
  assert_true(str_is(proof.public_key, "one") && str_is(proof.algorithm, "ES256") &&
              proof.expires_at == one.expires_at);
  claim.kid = STR_NONE;
  assert_ok(store_proof_by_kid(&call, &claim, &proof));
  assert_memory_equal(&proof.id, &one.id, sizeof proof.id);
  claim.kid = STR("foreign");
  assert_ok(store_proof_by_kid(&call, &claim, &proof));
  assert_true(uuid_is_zero(&proof.id) && proof.epoch == 1);
  change = estate_change(A_ADMIN, A);
  key_of(&change, &client, "two", 0);
  estate_commit(&change);
  claim.kid = STR_NONE;
  assert_ok(store_proof_by_kid(&call, &claim, &proof));
  assert_true(uuid_is_zero(&proof.id) && !proof.public_key.p);
  claim.kid = STR("one");
  claim.now = one.expires_at;
  assert_ok(store_proof_by_kid(&call, &claim, &proof));
  assert_true(uuid_is_zero(&proof.id));
  claim.client = one.id;
  assert_result(store_proof_by_kid(&call, &claim, &proof), R_NOT_FOUND);
}

static void an_assertion_is_spent_once_and_one_of_a_change_that_failed_is_not(void **state)
{
  (void)state;
  struct store_call call = auth();
  struct store_tx *tx;
  uint64_t revision;
  int64_t end = clock_now() + 60 * CLOCK_SECOND;
  assert_ok(store_tx_open(&call, &tx));
  assert_ok(store_proof_spend(tx, STR("a"), end));
  store_tx_close(&tx);
  for (int i = 0; i < 2; i++) {
    assert_ok(store_tx_open(&call, &tx));
    assert_result(store_proof_spend(tx, STR("a"), end), i == 0 ? R_OK : R_NOT_FOUND);
    assert_ok(store_proof_spend(tx, i == 0 ? STR("b") : STR("c"), end));
    assert_ok(store_tx_commit(tx, &revision));
    store_tx_close(&tx);
  }
}

static void what_is_used_without_a_session_is_noted_too(void **state)
{
  (void)state;
  struct store_call call = auth();
  struct store_proof_row row = made("p-11", "eleven", 0), other = made("p-12", "twelve", 0);
  struct store_tx *tx;
  uint64_t revision;
  assert_ok(store_tx_open(&call, &tx));
  assert_result(store_proof_note(tx, &row.id, &other.client), R_NOT_FOUND);
  assert_ok(store_proof_note(tx, &row.id, &row.client));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  static const char *const noted = "SELECT count(last_used_at) FROM client_proof WHERE principal_id ="
                                   " (SELECT id FROM principal WHERE external_id = '%s')";
  assert_string_equal(estate_ask(noted, "p-11"), "1");
  assert_string_equal(estate_ask(noted, "p-12"), "0");
}

static void only_those_that_live_are_counted_and_each_kind_by_itself(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct uuid client = client_of(&change, "p-3");
  struct store_proof_row rows[] = {secret_of(&client, 0), secret_of(&client, clock_now() - CLOCK_SECOND), secret_of(&client, 0)};
  struct store_object proof;
  int64_t live;
  rows[2].kind = STORE_PROOF_KEY;
  rows[2].kid = STR("k");
  rows[2].algorithm = STR("ES256");
  rows[2].public_key = STR("-");
  for (size_t i = 0; i < 3; i++)
    assert_ok(store_proof_insert(change.tx, &rows[i], &proof));
  assert_string_equal(estate_member(proof.body, "kid"), "\"k\"");
  assert_ok(store_proof_live(change.tx, &client, STORE_PROOF_SECRET, &live));
  assert_int_equal(live, 1);
  assert_ok(store_proof_live(change.tx, &client, STORE_PROOF_KEY, &live));
  assert_int_equal(live, 1);
  rows[2].id = rows[0].client;
  assert_result(store_proof_insert(change.tx, &rows[2], &proof), R_ALREADY_EXISTS);
  estate_abandon(&change);
}

static void they_are_listed_and_deleted_of_one_client_in_sight(void **state)
{
  (void)state;
  struct store_proof_row row = made("p-4", "four", 0);
  struct store_call inside = estate_call(A_ADMIN, A), beside = estate_call(B_ADMIN, B);
  struct store_range range = {.low = estate_path(A), .limit = 10};
  struct store_page page;
  assert_ok(store_proof_list(&inside, &row.client, STORE_PROOF_SECRET, &range, &page));
  assert_int_equal(page.count, 1);
  assert_ok(store_proof_list(&inside, &row.client, STORE_PROOF_KEY, &range, &page));
  assert_int_equal(page.count, 0);
  assert_ok(store_proof_list(&beside, &row.client, STORE_PROOF_SECRET, &range, &page));
  assert_int_equal(page.count, 0);
  struct store_object gone;
  struct store_proof_key key = {row.id, row.client, STORE_PROOF_KEY};
  struct change away = estate_change(B_ADMIN, B);
  assert_result(store_proof_delete(away.tx, &key, &gone), R_NOT_FOUND);
  estate_abandon(&away);
  struct change change = estate_change(A_ADMIN, A);
  assert_result(store_proof_delete(change.tx, &key, &gone), R_NOT_FOUND);
  key.kind = STORE_PROOF_SECRET;
  assert_ok(store_proof_delete(change.tx, &key, &gone));
  assert_result(store_proof_delete(change.tx, &key, &gone), R_NOT_FOUND);
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.client_secret WHERE digest = 'four'"), "0");
}

/* A session of the proof's client that began with it. */
static struct uuid session_by(const struct store_proof_row *row)
{
  struct store_call call = auth();
  struct store_tx *tx;
  struct store_session session = {.principal = row->client,
                                  .epoch = 1,
                                  .strength = 1,
                                  .audience = STR("service"),
                                  .expires_at = clock_now() + 60 * CLOCK_SECOND,
                                  .authenticated_at = clock_now()};
  uint64_t revision;
  assert_ok(uuid_new(&session.id));
  assert_ok(store_tx_open(&call, &tx));
  assert_ok(store_session_create(tx, &session, STR("192.0.2.1")));
  assert_ok(store_proof_use(tx, &session.id, &row->id, &row->client));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  return session.id;
}

static void its_use_is_noted_once_a_minute(void **state)
{
  (void)state;
  struct store_proof_row row = made("p-5", "five", 0);
  static const char *const since = "SELECT now() - last_used_at < interval '%d seconds' FROM client_proof"
                                   " WHERE principal_id = (SELECT id FROM principal WHERE external_id = 'p-5')";
  session_by(&row);
  assert_string_equal(estate_ask(since, 30), "t");
  estate_sql("UPDATE client_proof SET last_used_at = now() - interval '50 seconds' WHERE name = 'night run'");
  session_by(&row);
  assert_string_equal(estate_ask(since, 45), "f");
  estate_sql("UPDATE client_proof SET last_used_at = now() - interval '70 seconds' WHERE name = 'night run'");
  session_by(&row);
  assert_string_equal(estate_ask(since, 30), "t");
}

static void a_session_ends_with_the_proof_by_which_it_began(void **state)
{
  (void)state;
  struct store_proof_row row = made("p-6", "six", 0), other = made("p-7", "seven", 0);
  struct uuid session = session_by(&row), another = session_by(&other);
  struct store_proof_key key = {row.id, row.client, STORE_PROOF_SECRET};
  struct store_object gone;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(store_proof_delete(change.tx, &key, &gone));
  estate_commit(&change);
  const struct bw_model *model = policy_model(estate_domain.policy);
  struct bw_id ended = policy_id(&session), client = policy_id(&row.client);
  struct bw_id lasting = policy_id(&another), neighbour = policy_id(&other.client);
  assert_false(bw_session_alive(model, &client, &ended, 1));
  assert_true(bw_session_alive(model, &neighbour, &lasting, 1));
  struct store_call call = auth();
  struct store_tx *tx;
  assert_ok(store_tx_open(&call, &tx));
  assert_result(store_proof_use(tx, &session, &row.id, &row.client), R_NOT_FOUND);
  store_tx_close(&tx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_secret_is_found_by_its_digest_until_it_expires),
      estate_test(a_proof_counts_from_the_clients_networks_alone),
      estate_test(a_key_is_found_by_its_name_and_without_one_where_it_is_the_only_one),
      estate_test(an_assertion_is_spent_once_and_one_of_a_change_that_failed_is_not),
      estate_test(what_is_used_without_a_session_is_noted_too),
      estate_test(only_those_that_live_are_counted_and_each_kind_by_itself),
      estate_test(they_are_listed_and_deleted_of_one_client_in_sight),
      estate_test(its_use_is_noted_once_a_minute),
      estate_test(a_session_ends_with_the_proof_by_which_it_began),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
