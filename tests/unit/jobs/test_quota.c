/* The thread that warns: a quota that reached its level is told of without anybody asking. */
#include "jobs/quota.h"
#include "support/estate.h"
#include <time.h>

static void a_level_is_told_of_soon(void **state)
{
  (void)state;
  struct jobs_quota *job = NULL;
  const char *told = "SELECT count(*) FROM audit_event WHERE action = 'warnQuota'";
  estate_sql("INSERT INTO quota (tenant_id, tenant_path, tenant_boundary, pool, allotted)"
             " SELECT id, path, boundary, 'rooms', 10 FROM tenant WHERE id = '00000000-0000-7000-9000-000000000002'");
  estate_sql("UPDATE quota_counter SET given = 8");
  assert_ok(jobs_quota_open(&estate_domain, estate_arena(), &job));
  int64_t until = clock_monotonic() + 60 * CLOCK_SECOND;
  while (strcmp(estate_ask("%s", told), "1") != 0 && clock_monotonic() < until)
    nanosleep(&(struct timespec){0, 100000000}, NULL);
  jobs_quota_close(&job);
  jobs_quota_close(&job);
  assert_string_equal(estate_ask("%s", told), "1");
}

int main(void)
{
  const struct CMUnitTest tests[] = {estate_test(a_level_is_told_of_soon)};
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
