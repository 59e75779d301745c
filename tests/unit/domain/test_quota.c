/* Who gives quotas, and what is told of them. */
#include "domain/quota.h"
#include "domain/user.h"
#include "support/estate.h"
#include <stdlib.h>

static struct quota_patch users(int64_t allotted)
{
  return (struct quota_patch){.pool = STR("users"), .allotted_given = true, .allotted = allotted};
}

static enum result given(enum estate_user user, enum estate_tenant at, enum estate_tenant to, int64_t allotted)
{
  struct change change = estate_change(user, at);
  struct uuid tenant = estate_tenant(to);
  struct quota_patch patch = users(allotted);
  size_t failed;
  enum result r = domain_quota_hold(&change, &tenant);
  if (r == R_OK)
    r = domain_quota_set(&change, &tenant, &patch, 1, &failed);
  if (r == R_OK)
    estate_commit(&change);
  else
    estate_abandon(&change);
  return r;
}

static enum result made(enum estate_tenant at, const char *login)
{
  struct change change = estate_change(0, PROVIDER);
  struct user_new user = {.tenant = estate_tenant(at), .login = str_of(login)};
  struct outcome outcome;
  enum result r = domain_user_create(&change, &user, &outcome);
  if (r == R_OK)
    estate_commit(&change);
  else
    estate_abandon(&change);
  return r;
}

static void pools_are_words(void **state)
{
  (void)state;
  assert_true(domain_quota_pool(STR("users")) && domain_quota_pool(STR("team_rooms2")));
  assert_false(domain_quota_pool(STR("")) || domain_quota_pool(STR("2rooms")) || domain_quota_pool(STR("Rooms")));
  assert_false(domain_quota_pool(STR("team-rooms")) ||
               domain_quota_pool(STR("a1234567890123456789012345678901234567890")));
}

static void only_who_stands_above_gives(void **state)
{
  (void)state;
  assert_result(given(P1_ADMIN, P1, P1, 100), R_FORBIDDEN);
  assert_result(given(P1_ADMIN, P1, C, 100), R_NOT_FOUND);
  assert_ok(given(P1_ADMIN, P1, A, 100));
  assert_result(given(0, PROVIDER, P1, 99), R_QUOTA_IN_USE);
  assert_ok(given(0, PROVIDER, P1, 200));
  assert_result(given(P1_ADMIN, P1, A, 201), R_QUOTA_EXCEEDED);
}

static void a_level_is_told_of_once_and_again_when_it_was_left(void **state)
{
  (void)state;
  size_t count;
  int64_t there = atoll(estate_ask("SELECT count(*) FROM principal WHERE kind = 'user' AND tenant_id ="
                                   " '00000000-0000-7000-9000-000000000005'"));
  assert_ok(given(0, PROVIDER, B, there + 1));
  assert_ok(domain_quota_tell(&estate_domain, estate_arena(), &count));
  assert_ok(domain_quota_tell(&estate_domain, estate_arena(), &count));
  assert_int_equal(count, 0);
  const char *told = "SELECT count(*) FROM audit_event WHERE action = 'warnQuota' AND after->>'warning' = '100'";
  assert_ok(made(B, "last-one"));
  assert_result(made(B, "one-too-many"), R_QUOTA_EXCEEDED);
  assert_ok(domain_quota_tell(&estate_domain, estate_arena(), &count));
  assert_int_equal(count, 1);
  assert_string_equal(estate_ask("%s", told), "1");
  assert_ok(given(0, PROVIDER, B, there + 10));
  assert_ok(domain_quota_tell(&estate_domain, estate_arena(), &count));
  assert_int_equal(count, 1);
  assert_ok(given(0, PROVIDER, B, there + 1));
  assert_ok(domain_quota_tell(&estate_domain, estate_arena(), &count));
  assert_string_equal(estate_ask("%s", told), "2");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(pools_are_words),
      estate_test(only_who_stands_above_gives),
      estate_test(a_level_is_told_of_once_and_again_when_it_was_left),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
