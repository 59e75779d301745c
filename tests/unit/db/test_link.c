/* Which ways to a database are taken, before a byte is sent. */
#include "db/link.h"
#include "db/tx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void sockets_need_no_tls(void **state)
{
  (void)state;
  static const char *const ways[] = {
      "",
      "dbname=x",
      "host=/run/postgresql dbname=x",
      "host=/a,/b",
      "host=@abstract",
      "host='' sslmode=disable",
      "host=/run/postgresql sslmode=disable",
      "postgresql:///x?host=/run/postgresql&password=p",
      "postgresql://%2Frun%2Fpostgresql/x?sslmode=allow",
  };
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    const char *binding = NULL;
    assert_int_equal(db_link_judge(ways[i], &binding), R_OK);
    assert_string_equal(binding, "prefer");
  }
}

static void a_network_is_verified(void **state)
{
  (void)state;
  static const char *const ways[] = {
      "host=db.example", "host=127.0.0.1 sslmode=verify-full", "hostaddr=10.0.0.1 host=db.example sslmode=verify-full",
      "postgresql://u:p@db.example:5432/x?sslmode=verify-full", "host=/run/postgresql,db.example",
  };
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    const char *binding = NULL;
    assert_int_equal(db_link_judge(ways[i], &binding), R_OK);
    assert_string_equal(binding, "require");
  }
}

static void anything_less_is_refused(void **state)
{
  (void)state;
  static const char *const modes[] = {"disable", "allow", "prefer", "require", "verify-ca", "VERIFY-FULL", "verify-full "};
  static const char *const hosts[] = {"host=db.example", "host=127.0.0.1", "host=localhost", "host=::1", "hostaddr=127.0.0.1",
                                      "host=/run/postgresql,db.example", "host=,db.example",
                                      "host=/run/postgresql hostaddr=10.0.0.1"};
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
    for (size_t k = 0; k < sizeof modes / sizeof *modes; k++) {
      char way[128];
      const char *binding = "untouched";
      snprintf(way, sizeof way, "%s sslmode='%s'", hosts[i], modes[k]);
      assert_int_equal(db_link_judge(way, &binding), R_RULE);
      assert_string_equal(binding, "untouched");
      assert_non_null(strstr(db_last_error(), "sslmode=verify-full"));
    }
}

static void what_cannot_be_read_is_not_quoted(void **state)
{
  (void)state;
  static const char *const ways[] = {"password=secret nonsense", "secret", "postgresql://u:secret@[::1/x", "host='secret",
                                     "secret=secret"};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    const char *binding;
    assert_int_equal(db_link_judge(ways[i], &binding), R_RULE);
    assert_null(strstr(db_last_error(), "secret"));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sockets_need_no_tls),
      cmocka_unit_test(a_network_is_verified),
      cmocka_unit_test(anything_less_is_refused),
      cmocka_unit_test(what_cannot_be_read_is_not_quoted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
