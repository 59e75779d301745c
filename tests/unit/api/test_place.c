/* Where a thing stands is where its kind says; what is of another kind stands nowhere. */
#include "pdp/world.h"

#include "api/place.h"

enum { ROBOT = 101 };

static bool stands(const struct bw_model *m, enum api_type type, unsigned object, unsigned tenant)
{
  struct bw_id wanted = id(object);
  struct uuid uuid;
  memcpy(uuid.b, wanted.b, sizeof uuid.b);
  return is(api_place(m, type, &uuid), tenant);
}

static void each_thing_stands_in_its_tenant(void **state)
{
  struct bw_model *m = *state;
  struct bw_principal_fact robot = principal_fact(ROBOT, OTHER);
  robot.kind = BW_PRINCIPAL_CLIENT;
  CHANGE(m, put_principal(m, robot));
  assert_true(stands(m, API_TENANT, SITE, SITE));
  assert_true(stands(m, API_USER, ADMIN, PARTNER) && stands(m, API_CLIENT, ROBOT, OTHER));
  assert_true(stands(m, API_GRANT, ADMINS_GRANT, PARTNER) && stands(m, API_ROLE, READER, PROVIDER));
}

static void what_is_of_another_kind_stands_nowhere(void **state)
{
  struct bw_model *m = *state;
  assert_true(stands(m, API_CLIENT, ADMIN, 0) && stands(m, API_USER, SITE, 0));
  assert_true(stands(m, API_GRANT, READER, 0) && stands(m, API_ROLE, ADMINS_GRANT, 0));
  assert_true(stands(m, 0, SITE, 0) && stands(m, API__TYPES, SITE, 0));
}

static void a_kind_is_known_by_its_name(void **state)
{
  (void)state;
  assert_int_equal(api_type_named(STR("tenant")), API_TENANT);
  assert_int_equal(api_type_named(STR("grant")), API_GRANT);
  assert_int_equal(api_type_named(STR("door")), 0);
  assert_int_equal(api_type_named(STR("")), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      ON_ESTATE(each_thing_stands_in_its_tenant),
      ON_ESTATE(what_is_of_another_kind_stands_nowhere),
      cmocka_unit_test(a_kind_is_known_by_its_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
