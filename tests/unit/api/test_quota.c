/* Who is told whose quota it is of which too little is left. */
#include "api/quota.h"
#include "support/estate.h"

static struct api_call call_of(const struct api *api, enum estate_user user, enum estate_tenant at,
                               enum estate_tenant to)
{
  struct store_call store = estate_call(user, at);
  return (struct api_call){.api = api,
                           .arena = estate_arena(),
                           .scope = store.scope,
                           .tenant = estate_tenant(to),
                           .change = {.domain = &estate_domain, .deadline = store.deadline}};
}

static void who_sees_the_tenant_is_told_its_id_and_nobody_else(void **state)
{
  (void)state;
  const struct api api = {.domain = &estate_domain};
  estate_sql("INSERT INTO quota (tenant_id, tenant_path, tenant_boundary, pool, allotted)"
             " SELECT id, path, boundary, 'users', 1000 FROM tenant WHERE id = '00000000-0000-7000-9000-000000000002'");
  struct api_call above = call_of(&api, P1_ADMIN, P1, A), below = call_of(&api, A_ADMIN, A, A);
  assert_result(api_quota_explain(&above, R_QUOTA_EXCEEDED, &above.tenant, "users"), R_QUOTA_EXCEEDED);
  assert_int_equal(above.error_count, 1);
  assert_non_null(strstr(above.errors[0].message, "00000000-0000-7000-9000-000000000002"));
  assert_result(api_quota_explain(&below, R_QUOTA_EXCEEDED, &below.tenant, "users"), R_QUOTA_EXCEEDED);
  assert_string_equal(below.errors[0].message, "Too little is left of a quota that is set above you");
}

static void nothing_is_said_of_what_is_no_quotas(void **state)
{
  (void)state;
  const struct api api = {.domain = &estate_domain};
  struct api_call call = call_of(&api, P1_ADMIN, P1, A);
  assert_result(api_quota_explain(&call, R_ALREADY_EXISTS, &call.tenant, "users"), R_ALREADY_EXISTS);
  assert_ok(api_quota_explain_restore(&call, R_OK));
  assert_int_equal(call.error_count, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(who_sees_the_tenant_is_told_its_id_and_nobody_else),
      estate_test(nothing_is_said_of_what_is_no_quotas),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
