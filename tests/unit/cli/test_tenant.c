/* Whatever names a tenant finds it, unless it names another as well. */
#include "cli/tenant.h"
#include "support/estate.h"

static struct uuid found;

static enum result find(struct str name)
{
  return cli_tenant_find(&estate_domain, name, estate_arena(), &found);
}

static struct str of_p1(const char *what)
{
  struct uuid id = estate_tenant(P1);
  char text[UUID_TEXT];
  uuid_format(&id, text);
  return arena_copy(estate_arena(), str_of(estate_ask("SELECT %s FROM tenant WHERE id = '%s'", what, text)));
}

static void a_tenant_is_found_by_its_id_its_code_and_its_external_id(void **state)
{
  (void)state;
  static const char *const names[] = {"id", "code", "external_id"};
  struct uuid p1 = estate_tenant(P1);
  estate_sql("UPDATE tenant SET external_id = 'first' WHERE code = '%s'", of_p1("code").p);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    found = (struct uuid){0};
    assert_ok(find(of_p1(names[i])));
    assert_true(uuid_equal(&found, &p1));
  }
  assert_result(find(STR("nobody")), R_NOT_FOUND);
}

static void what_names_two_names_none(void **state)
{
  (void)state;
  struct uuid p2 = estate_tenant(P2);
  char text[UUID_TEXT];
  uuid_format(&p2, text);
  estate_sql("UPDATE tenant SET external_id = '%s' WHERE id = '%s'", of_p1("code").p, text);
  assert_result(find(of_p1("code")), R_CONFLICT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_tenant_is_found_by_its_id_its_code_and_its_external_id),
      estate_test(what_names_two_names_none),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
