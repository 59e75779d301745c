/* What may be done to clients. */
#include "domain/client.h"
#include "authn/nonce.h"
#include "base/text.h"
#include "domain/grant.h"
#include "support/estate.h"

static struct uuid made(const char *name, struct str *ret_secret)
{
  struct change change = estate_change(A_ADMIN, A);
  struct client_new client = {.tenant = estate_tenant(A), .display_name = str_of(name)};
  struct outcome outcome = {0};
  assert_ok(domain_client_create(&change, &client, &outcome, ret_secret));
  assert_int_equal(change.events, 2); /* of the client and of its secret */
  estate_commit(&change);
  return outcome.id;
}

static void a_secret_is_shown_once_and_kept_as_a_digest(void **state)
{
  (void)state;
  struct str secret;
  unsigned char digest[CRYPTO_DIGEST];
  char text[2 * CRYPTO_DIGEST + 1] = "", id[UUID_TEXT];
  struct uuid client = made("Loader", &secret);
  uuid_format(&client, id);
  assert_ok(authn_nonce_parse(AUTHN_CLIENT_SECRET, secret, digest));
  text_hex_encode(digest, sizeof digest, text);
  assert_string_equal(
      estate_ask("SELECT principal_id FROM vault.client_secret WHERE encode(digest, 'hex') = '%s'", text), id);
}

static void a_client_may_begin_without_a_secret(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct client_new client = {.tenant = estate_tenant(A), .display_name = STR("Key holder"), .without_secret = true};
  struct outcome outcome;
  struct str secret = STR("untouched");
  char id[UUID_TEXT];
  assert_ok(domain_client_create(&change, &client, &outcome, &secret));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  assert_null(secret.p);
  uuid_format(&outcome.id, id);
  assert_string_equal(estate_ask("SELECT count(*) FROM client_proof WHERE principal_id = '%s'", id), "0");
}

static void a_client_is_changed_and_suspended(void **state)
{
  (void)state;
  struct str secret;
  struct uuid client = made("Loader 2", &secret);
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  struct client_patch patch = {.state = {true, STR("suspended")}, .display_name = {true, STR("Renamed")}};
  assert_ok(domain_client_update(&change, &client, 1, &patch, &outcome));
  assert_string_equal(estate_member(outcome.body, "state"), "\"suspended\"");
  assert_string_equal(estate_member(outcome.body, "display_name"), "\"Renamed\"");
  assert_result(domain_client_update(&change, &client, 1, &patch, &outcome), R_STALE);
  patch.state.value = STR("terminated");
  assert_result(domain_client_update(&change, &client, 0, &patch, &outcome), R_MALFORMED);
  patch = (struct client_patch){.display_name = {true, STR_NONE}};
  assert_result(domain_client_update(&change, &client, 0, &patch, &outcome), R_MALFORMED);
  estate_commit(&change);
}

static void a_client_does_not_end_itself(void **state)
{
  (void)state;
  struct str secret;
  struct uuid client = made("Loader 3", &secret);
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  struct client_patch patch = {.state = {true, STR("suspended")}};
  change.actor.kind = DOMAIN_ACTOR_CLIENT;
  change.actor.id = client;
  assert_result(domain_client_update(&change, &client, 0, &patch, &outcome), R_SELF_SERVICE);
  assert_result(domain_client_delete(&change, &client), R_SELF_SERVICE);
  estate_abandon(&change);
}

static void a_deleted_client_leaves_only_its_event(void **state)
{
  (void)state;
  struct str secret;
  struct uuid client = made("Loader 4", &secret);
  char id[UUID_TEXT];
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_client_delete(&change, &client));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  uuid_format(&client, id);
  assert_string_equal(estate_ask("SELECT before ->> 'display_name', after IS NULL FROM audit_event"
                                 " WHERE object_id = '%s' ORDER BY id DESC LIMIT 1",
                                 id),
                      "Loader 4|t");
  struct bw_id gone = policy_id(&client);
  struct bw_principal_fact fact;
  assert_false(bw_principal(policy_model(estate_domain.policy), &gone, &fact));
}

/* Who sees its home alone deletes it: what stands below goes with it, and says so there. */
static void what_a_deleted_client_held_out_of_sight_is_revoked_aloud(void **state)
{
  (void)state;
  struct client_new client = {.tenant = estate_tenant(P1), .display_name = STR("Loader 6"), .without_secret = true};
  struct outcome outcome, granted;
  struct str secret;
  struct change making = estate_change(P1_ADMIN, P1);
  assert_ok(domain_client_create(&making, &client, &outcome, &secret));
  estate_commit(&making);
  struct grant_new grant = {
      .tenant = estate_tenant(A), .principal = outcome.id, .role = estate_role("viewer"), .reach = BW_REACH_SELF};
  struct change giving = estate_change(P1_ADMIN, A);
  assert_ok(domain_grant_create(&giving, &grant, &granted));
  estate_commit(&giving);
  struct change deleting = estate_change(P1_SELF_ADMIN, P1);
  assert_ok(domain_client_delete(&deleting, &outcome.id));
  assert_int_equal(deleting.events, 2);
  estate_commit(&deleting);
  char id[UUID_TEXT];
  uuid_format(&granted.id, id);
  assert_string_equal(estate_ask("SELECT action, outcome, actor_title, before ->> 'role', tenant_path FROM audit_event"
                                 " WHERE object_id = '%s' ORDER BY id DESC LIMIT 1",
                                 id),
                      arena_print(estate_arena(), "revokeGrant|done|partner operator|viewer|%s", estate_path(A).p).p);
  assert_string_equal(estate_ask("SELECT count(*) FROM \"grant\" WHERE id = '%s'", id), "0");
}

static void a_client_out_of_sight_does_not_exist(void **state)
{
  (void)state;
  struct str secret;
  struct uuid client = made("Loader 5", &secret), user = estate_user(B_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(B_ADMIN, B);
  assert_result(domain_client_update(&change, &client, 0, &(struct client_patch){0}, &outcome), R_NOT_FOUND);
  assert_result(domain_client_delete(&change, &client), R_NOT_FOUND);
  assert_result(domain_client_delete(&change, &user), R_NOT_FOUND);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_secret_is_shown_once_and_kept_as_a_digest),
      estate_test(a_client_may_begin_without_a_secret),
      estate_test(a_client_is_changed_and_suspended),
      estate_test(a_client_does_not_end_itself),
      estate_test(a_deleted_client_leaves_only_its_event),
      estate_test(what_a_deleted_client_held_out_of_sight_is_revoked_aloud),
      estate_test(a_client_out_of_sight_does_not_exist),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
