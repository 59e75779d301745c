/* What may be done to users, and by whom. */
#include "domain/user.h"
#include "support/estate.h"
#include <stdio.h>

static struct uuid made(enum estate_user by, enum estate_tenant tenant, const char *login)
{
  struct change change = estate_change(by, tenant);
  struct user_new user = {.tenant = estate_tenant(tenant), .login = str_of(login)};
  struct outcome outcome = {0};
  assert_ok(domain_user_create(&change, &user, &outcome));
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  return outcome.id;
}

static enum result refused_login(enum estate_user by, enum estate_tenant tenant, const char *login)
{
  struct change change = estate_change(by, tenant);
  struct user_new user = {.tenant = estate_tenant(tenant), .login = str_of(login)};
  struct outcome outcome;
  enum result r = domain_user_create(&change, &user, &outcome);
  estate_abandon(&change);
  return r;
}

static void a_new_user_is_invited_and_named_by_the_login(void **state)
{
  (void)state;
  struct uuid id = made(A_ADMIN, A, "Alice");
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(
      domain_user_update(&change, &id, 1, &(struct user_patch){.email = {true, STR("Alice@Example.org")}}, &outcome));
  assert_string_equal(estate_member(outcome.body, "state"), "\"invited\"");
  assert_string_equal(estate_member(outcome.body, "display_name"), "\"Alice\"");
  assert_string_equal(estate_member(outcome.body, "email"), "\"Alice@Example.org\"");
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT login_key, name_key, email_key FROM principal WHERE login = 'Alice'"),
                      "alice|alice|alice@example.org");
}

static void a_login_is_taken_in_whatever_form_and_only_in_its_tenant(void **state)
{
  (void)state;
  made(A_ADMIN, A, "Bob");
  assert_int_equal(refused_login(A_ADMIN, A, "BOB"), R_ALREADY_EXISTS);
  assert_int_equal(refused_login(A_ADMIN, A, "\xef\xbc\xa2\xef\xbc\xaf\xef\xbc\xa2"), R_ALREADY_EXISTS);
  assert_int_equal(refused_login(A_ADMIN, A, "b ob"), R_MALFORMED);
  assert_int_equal(refused_login(A_ADMIN, A, ""), R_MALFORMED);
  made(B_ADMIN, B, "bob");
}

static void a_neighbours_tenant_takes_no_user(void **state)
{
  (void)state;
  struct change change = estate_change(A_ADMIN, A);
  struct user_new user = {.tenant = estate_tenant(B), .login = STR("spy")};
  struct outcome outcome;
  assert_result(domain_user_create(&change, &user, &outcome), R_NOT_FOUND);
  estate_abandon(&change);
}

static void a_patch_changes_what_it_gives(void **state)
{
  (void)state;
  struct uuid id = made(A_ADMIN, A, "carol");
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  struct user_patch patch = {.display_name = {true, STR("Carol C.")}, .external_id = {true, STR("e-carol")}};
  assert_ok(domain_user_update(&change, &id, 1, &patch, &outcome));
  assert_int_equal(outcome.version, 2);
  assert_string_equal(estate_member(outcome.body, "display_name"), "\"Carol C.\"");
  patch = (struct user_patch){.login = {true, STR("carola")}, .display_name = {true, STR_NONE}};
  assert_result(domain_user_update(&change, &id, 1, &patch, &outcome), R_STALE);
  assert_ok(domain_user_update(&change, &id, 2, &patch, &outcome));
  assert_string_equal(estate_member(outcome.body, "display_name"), "\"carola\"");
  assert_string_equal(estate_member(outcome.body, "external_id"), "\"e-carol\"");
  patch = (struct user_patch){.login = {true, STR_NONE}};
  assert_result(domain_user_update(&change, &id, 0, &patch, &outcome), R_MALFORMED);
  estate_commit(&change);
}

static void resuming_brings_back_what_was_before(void **state)
{
  (void)state;
  struct uuid id = made(A_ADMIN, A, "dave");
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_user_suspend(&change, &id, &outcome));
  assert_string_equal(estate_member(outcome.body, "state"), "\"suspended\"");
  int64_t version = outcome.version;
  assert_ok(domain_user_suspend(&change, &id, &outcome));
  assert_int_equal(outcome.version, version);
  assert_ok(domain_user_resume(&change, &id, &outcome));
  assert_string_equal(estate_member(outcome.body, "state"), "\"invited\"");
  assert_ok(domain_user_resume(&change, &id, &outcome));
  assert_string_equal(estate_member(outcome.body, "state"), "\"invited\"");
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT epoch FROM principal WHERE login = 'dave'"), "2");
}

static void a_terminated_user_is_gone_for_good_and_the_login_stays_taken(void **state)
{
  (void)state;
  struct uuid viewer = estate_user(A_VIEWER);
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_ok(domain_user_terminate(&change, &viewer, &outcome));
  estate_commit(&change);
  assert_string_equal(estate_ask("SELECT count(*) FROM \"grant\" WHERE principal_id ="
                                 " '00000000-0000-7000-a000-%012d'",
                                 A_VIEWER),
                      "0");
  change = estate_change(A_ADMIN, A);
  assert_result(domain_user_resume(&change, &viewer, &outcome), R_WRONG_STATE);
  assert_result(domain_user_terminate(&change, &viewer, &outcome), R_WRONG_STATE);
  assert_result(domain_user_update(&change, &viewer, 0, &(struct user_patch){0}, &outcome), R_WRONG_STATE);
  assert_int_equal(change.events, 0);
  estate_abandon(&change);
  assert_int_equal(refused_login(A_ADMIN, A, "a-viewer"), R_ALREADY_EXISTS);
}

static void nobody_ends_themselves(void **state)
{
  (void)state;
  struct uuid self = estate_user(A_ADMIN);
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_result(domain_user_suspend(&change, &self, &outcome), R_SELF_SERVICE);
  assert_result(domain_user_terminate(&change, &self, &outcome), R_SELF_SERVICE);
  assert_result(domain_user_resume(&change, &self, &outcome), R_SELF_SERVICE);
  estate_abandon(&change);
}

static void a_user_out_of_sight_does_not_exist(void **state)
{
  (void)state;
  struct uuid foreign = estate_user(C_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(P1_ADMIN, P1);
  assert_result(domain_user_update(&change, &foreign, 0, &(struct user_patch){0}, &outcome), R_NOT_FOUND);
  assert_result(domain_user_suspend(&change, &foreign, &outcome), R_NOT_FOUND);
  assert_result(domain_user_terminate(&change, &foreign, &outcome), R_NOT_FOUND);
  estate_abandon(&change);
}

static struct uuid invited_at(enum estate_tenant tenant, const char *login)
{
  struct change change = estate_change(0, PROVIDER);
  struct user_new user = {.tenant = estate_tenant(tenant), .login = str_of(login)};
  struct outcome outcome;
  assert_ok(domain_user_create(&change, &user, &outcome));
  estate_commit(&change);
  return outcome.id;
}

#define HASH STR("$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS")

static void a_password_hashed_elsewhere_is_for_who_has_none_and_no_privilege(void **state)
{
  (void)state;
  struct uuid id = invited_at(A, "from.elsewhere"), admin = estate_user(A_ADMIN), plain = estate_user(A_PLAIN);
  struct outcome outcome;
  struct change change = estate_change(A_ADMIN, A);
  assert_result(domain_user_adopt(&change, &id, STR("5f4dcc3b5aa765d61d8327deb882cf99"), &outcome), R_HASH_MALFORMED);
  struct str dear = STR("$2b$13$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS");
  assert_result(domain_user_adopt(&change, &id, dear, &outcome), R_HASH_COSTLY);
  assert_result(domain_user_adopt(&change, &plain, HASH, &outcome), R_WRONG_STATE);
  assert_result(domain_user_adopt(&change, &admin, HASH, &outcome), R_PRIVILEGED);
  assert_ok(domain_user_adopt(&change, &id, HASH, &outcome));
  assert_string_equal(estate_member(outcome.body, "state"), "\"active\"");
  assert_result(domain_user_adopt(&change, &id, HASH, &outcome), R_WRONG_STATE);
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  assert_string_equal(
      estate_ask("SELECT password_hash LIKE 'foreign:$2b$%%' AND NOT chosen FROM vault.credential WHERE principal_id ="
                 " (SELECT id FROM principal WHERE login = 'from.elsewhere')"),
      "t");
  struct uuid neighbour = invited_at(B, "from.elsewhere.too");
  struct change beside = estate_change(A_ADMIN, A);
  assert_result(domain_user_adopt(&beside, &neighbour, HASH, &outcome), R_NOT_FOUND);
  estate_abandon(&beside);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_new_user_is_invited_and_named_by_the_login),
      estate_test(a_login_is_taken_in_whatever_form_and_only_in_its_tenant),
      estate_test(a_neighbours_tenant_takes_no_user),
      estate_test(a_patch_changes_what_it_gives),
      estate_test(resuming_brings_back_what_was_before),
      estate_test(nobody_ends_themselves),
      estate_test(a_user_out_of_sight_does_not_exist),
      estate_test(a_terminated_user_is_gone_for_good_and_the_login_stays_taken),
      estate_test(a_password_hashed_elsewhere_is_for_who_has_none_and_no_privilege),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
