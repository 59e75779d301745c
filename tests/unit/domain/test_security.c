/* The security policy that holds at a tenant, as who signs in is judged by it. */
#include "domain/security.h"
#include "support/estate.h"

static struct signin signing_in(void)
{
  return (struct signin){.domain = &estate_domain, .arena = estate_arena(), .now = clock_now()};
}

static void set(enum estate_tenant tenant, const char *name, const char *value)
{
  estate_sql("INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
             " SELECT id, path, boundary, 'security', '%s', '%s' FROM tenant WHERE path = '%s'",
             name, value, estate_path(tenant).p);
}

static void it_is_what_the_process_says_where_nothing_is_set(void **state)
{
  (void)state;
  struct signin s = signing_in();
  struct uuid tenant = estate_tenant(P2);
  struct security_policy policy, fallback;
  estate_domain.limits.session_time = 7200 * CLOCK_SECOND;
  estate_domain.limits.account_attempts = 9;
  assert_ok(domain_security_read(&s, &tenant, &policy));
  domain_security_default(&estate_domain.limits, &fallback);
  assert_memory_equal(&policy, &fallback, sizeof policy);
  assert_int_equal(policy.session_time, 7200 * CLOCK_SECOND);
  assert_int_equal(policy.account_attempts, 9);
  assert_int_equal(policy.password_least_single, 15);
  assert_int_equal(policy.second_factor, SECURITY_NOBODY);
  assert_result(domain_security_read(&s, &(struct uuid){{1}}, &policy), R_NOT_FOUND);
}

static void what_is_set_above_holds_below_and_nowhere_else(void **state)
{
  (void)state;
  struct signin s = signing_in();
  struct uuid below = estate_tenant(A), beside = estate_tenant(C);
  struct security_policy policy;
  set(P1, "session_idle_time", "600");
  set(P1, "second_factor", "\"privileged\"");
  set(A, "password_words", "[\"north clinic\", \"pexip\"]");
  set(A, "password_change_first", "true");
  assert_ok(domain_security_read(&s, &below, &policy));
  assert_int_equal(policy.session_idle_time, 600 * CLOCK_SECOND);
  assert_int_equal(policy.second_factor, SECURITY_PRIVILEGED);
  assert_str(policy.password_words, "north clinic\npexip");
  assert_true(policy.password_change_first);
  assert_ok(domain_security_read(&s, &beside, &policy));
  assert_int_not_equal(policy.session_idle_time, 600 * CLOCK_SECOND);
  assert_null(policy.password_words.p);
}

static void analytics_needs_a_factor_whatever_is_set(void **state)
{
  (void)state;
  struct security_policy policy;
  domain_security_default(&estate_domain.limits, &policy);
  assert_true(domain_security_needs_factor(&policy, AUTHN_ANALYTICS, false));
  assert_false(domain_security_needs_factor(&policy, AUTHN_SERVICE, true));
  struct signin s = signing_in();
  struct uuid tenant = estate_tenant(A);
  set(A, "second_factor", "\"privileged\"");
  set(A, "analytics_second_factor", "\"none\"");
  assert_ok(domain_security_read(&s, &tenant, &policy));
  assert_true(domain_security_needs_factor(&policy, AUTHN_SERVICE, true));
  assert_false(domain_security_needs_factor(&policy, AUTHN_PARTNER, false));
  assert_true(domain_security_needs_factor(&policy, AUTHN_ANALYTICS, false));
  estate_sql("UPDATE tenant_setting SET value = '\"everyone\"' WHERE name = 'second_factor'");
  assert_ok(domain_security_read(&s, &tenant, &policy));
  assert_true(domain_security_needs_factor(&policy, AUTHN_SERVICE, false));
}

static void each_portal_has_its_own_and_none_is_looser_than_all_of_them(void **state)
{
  (void)state;
  struct signin s = signing_in();
  struct uuid tenant = estate_tenant(A);
  struct security_policy policy;
  estate_sql("DELETE FROM tenant_setting");
  set(PROVIDER, "session_time", "86400");
  set(PROVIDER, "partner_session_time", "80000");
  set(P1, "session_idle_time", "900");
  set(P1, "partner_second_factor", "\"privileged\"");
  set(A, "partner_session_idle_time", "1800");
  set(A, "service_factor_age", "120");
  set(A, "analytics_session_time", "600");
  assert_ok(domain_security_read(&s, &tenant, &policy));
  struct security_portal service = domain_security_portal(&policy, AUTHN_SERVICE);
  struct security_portal partner = domain_security_portal(&policy, AUTHN_PARTNER);
  struct security_portal analytics = domain_security_portal(&policy, AUTHN_ANALYTICS);
  assert_int_equal(service.session_time, 86400 * CLOCK_SECOND);
  assert_int_equal(partner.session_time, 80000 * CLOCK_SECOND);
  assert_int_equal(analytics.session_time, 600 * CLOCK_SECOND);
  assert_int_equal(partner.session_idle_time, 900 * CLOCK_SECOND);
  assert_int_equal(service.factor_age, 120 * CLOCK_SECOND);
  assert_int_equal(partner.factor_age, 3600 * CLOCK_SECOND);
  assert_int_equal(service.second_factor, SECURITY_NOBODY);
  assert_int_equal(partner.second_factor, SECURITY_PRIVILEGED);
  assert_int_equal(analytics.second_factor, SECURITY_EVERYONE);
}

static void addresses_are_admitted_by_what_is_set(void **state)
{
  (void)state;
  struct security_policy policy = {.networks = STR_NONE};
  assert_true(domain_security_admits(&policy, STR("203.0.113.9")));
  assert_true(domain_security_admits(&policy, STR_NONE));
  policy.networks = STR("192.0.2.0/24\n2001:db8::/32");
  assert_true(domain_security_admits(&policy, STR("192.0.2.77")));
  assert_true(domain_security_admits(&policy, STR("2001:db8::5")));
  assert_false(domain_security_admits(&policy, STR("192.0.3.1")));
  assert_false(domain_security_admits(&policy, STR("unknown")));
  assert_false(domain_security_admits(&policy, STR_NONE));
  policy.networks = STR("");
  assert_false(domain_security_admits(&policy, STR("192.0.2.77")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(it_is_what_the_process_says_where_nothing_is_set),
      estate_test(what_is_set_above_holds_below_and_nowhere_else),
      estate_test(analytics_needs_a_factor_whatever_is_set),
      estate_test(each_portal_has_its_own_and_none_is_looser_than_all_of_them),
      estate_test(addresses_are_admitted_by_what_is_set),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
