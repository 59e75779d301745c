/* The routes of groups: each asks for a permission of groups where the group is at home, or is to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/routes.h"

static void each_route_asks_for_a_permission_of_groups_at_their_home(void **state)
{
  (void)state;
  int found = 0;
  for (int i = 0; i < ROUTE__COUNT; i++) {
    const struct route *route = &api_routes[i];
    if (!strstr(route->http.path, "/groups"))
      continue;
    found++;
    assert_true(route->permission >= BW_GROUP_READ && route->permission <= BW_GROUP_ASSIGN);
    assert_int_equal(route->permission == BW_GROUP_READ, route->http.method == HTTP_GET);
    bool whole = strstr(route->http.path, "/v1/groups/{id}") == route->http.path;
    assert_int_equal(route->scope, whole ? SCOPE_GROUP : SCOPE_TENANT);
  }
  assert_int_equal(found, 9); /* an export of them among these */
}

static void what_changes_a_group_or_who_is_in_it_is_a_change(void **state)
{
  (void)state;
  assert_true(api_route_creates(&api_routes[ROUTE_createGroup]));
  assert_true(api_route_creates(&api_routes[ROUTE_addGroupMember]));
  assert_true(api_route_changes(&api_routes[ROUTE_updateGroup]) && api_route_changes(&api_routes[ROUTE_deleteGroup]));
  assert_true(api_route_changes(&api_routes[ROUTE_removeGroupMember]));
  assert_false(api_route_changes(&api_routes[ROUTE_listGroupMembers]));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_route_asks_for_a_permission_of_groups_at_their_home),
      cmocka_unit_test(what_changes_a_group_or_who_is_in_it_is_a_change),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
