/* Sessions by a clock of the test's own: their limits, what a refresh token is good for, and what ends. */
#include "domain/session.h"
#include "domain/login.h"
#include "support/estate.h"
#include <stdlib.h>

static const int64_t minute = 60 * CLOCK_SECOND;

/* What a step is given at a time. */
static struct signin at(int64_t now)
{
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = now,
                         .deadline = clock_monotonic() + 20 * CLOCK_SECOND,
                         .address = STR("192.0.2.1"),
                         .request_id = STR("request-1"),
                         .action = "test"};
}

static int limits_begin(void **state)
{
  estate_domain.limits.access_token_time = 15 * minute;
  estate_domain.limits.session_idle_time = 60 * minute;
  estate_domain.limits.session_time = 12 * 60 * minute;
  return estate_begin(state);
}

static struct store_session session_of(enum estate_user user, int64_t now)
{
  const char *epoch = estate_ask("SELECT epoch FROM principal WHERE login = '%s'", user == A_PLAIN   ? "a-plain"
                                                                                   : user == A_ADMIN ? "a-admin"
                                                                                                     : "b-plain");
  struct store_session session = {.principal = estate_user(user),
                                  .epoch = (uint32_t)strtoul(epoch, NULL, 10),
                                  .strength = AUTHN_SINGLE,
                                  .audience = STR("service"),
                                  .authenticated_at = now};
  assert_ok(uuid_new(&session.id));
  return session;
}

static struct login begun(const struct store_session *session, int64_t now)
{
  struct signin s = at(now);
  struct store_call store = domain_session_store(&s);
  struct store_tx *tx = NULL;
  struct login login;
  uint64_t revision;
  s.tenant = estate_tenant(A);
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(domain_session_begin(&s, tx, session, AUTHN_USER, &login));
  assert_ok(store_tx_commit(tx, &revision));
  store_tx_close(&tx);
  return login;
}

static struct login begun_at(int64_t now)
{
  struct store_session session = session_of(A_PLAIN, now);
  return begun(&session, now);
}

static enum result refreshed(const struct login *login, int64_t now, struct login *ret_login)
{
  struct signin s = at(now);
  enum result r = domain_login_refresh(&s, login->refresh_token, ret_login);
  if (s.revision)
    assert_ok(policy_wait(estate_domain.policy, s.revision, clock_monotonic() + 20 * CLOCK_SECOND));
  return r;
}

static bool ended(const struct login *login)
{
  char id[UUID_TEXT];
  uuid_format(&login->session, id);
  return strcmp(estate_ask("SELECT ended_at IS NOT NULL FROM session WHERE id = '%s'", id), "t") == 0;
}

static enum result begins(enum estate_user user, enum authn_strength strength, const char *audience)
{
  int64_t now = clock_now();
  struct store_session session = session_of(user, now);
  struct signin s = at(now);
  struct store_call store = domain_session_store(&s);
  struct store_tx *tx = NULL;
  struct login login;
  session.audience = str_of(audience);
  session.strength = strength;
  session.factor_at = strength == AUTHN_TWO_FACTORS ? now : 0;
  s.tenant = estate_tenant(A);
  assert_ok(store_tx_open(&store, &tx));
  enum result r = domain_session_begin(&s, tx, &session, AUTHN_USER, &login);
  store_tx_close(&tx);
  return r;
}

static void no_session_begins_with_one_factor_where_two_are_asked_for(void **state)
{
  (void)state;
  assert_ok(begins(A_PLAIN, AUTHN_SINGLE, "service"));
  assert_result(begins(A_PLAIN, AUTHN_SINGLE, "analytics"), R_LOGIN_FAILED);
  assert_ok(begins(A_PLAIN, AUTHN_TWO_FACTORS, "analytics"));
  estate_sql(
      "INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
      " SELECT id, path, boundary, 'security', 'second_factor', '\"privileged\"' FROM tenant WHERE label = 'p1p1p1p1'");
  enum result plain = begins(A_PLAIN, AUTHN_SINGLE, "service"), chief = begins(A_ADMIN, AUTHN_SINGLE, "service");
  enum result strong = begins(A_ADMIN, AUTHN_TWO_FACTORS, "service");
  estate_sql("UPDATE tenant_setting SET value = '\"everyone\"'");
  enum result everyone = begins(A_PLAIN, AUTHN_SINGLE, "service");
  estate_sql("DELETE FROM tenant_setting");
  assert_ok(plain);
  assert_result(chief, R_LOGIN_FAILED);
  assert_ok(strong);
  assert_result(everyone, R_LOGIN_FAILED);
}

static void an_unused_session_is_over_after_the_idle_time(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct login first = begun_at(start), second = begun_at(start), next;
  assert_ok(refreshed(&first, start + 60 * minute - 1, &next));
  assert_ok(refreshed(&next, start + 119 * minute, &next));
  assert_result(refreshed(&second, start + 60 * minute, &next), R_UNAUTHENTICATED);
}

static void a_used_session_is_over_after_its_whole_time(void **state)
{
  (void)state;
  int64_t start = clock_now(), now = start;
  struct login login = begun_at(start);
  for (; now + 50 * minute < start + 12 * 60 * minute; now += 50 * minute)
    assert_ok(refreshed(&login, now + 50 * minute, &login));
  struct login last = login;
  assert_ok(refreshed(&login, start + 12 * 60 * minute - CLOCK_SECOND, &last));
  assert_int_equal(last.expires_in, 1);
  assert_result(refreshed(&last, start + 12 * 60 * minute, &login), R_UNAUTHENTICATED);
}

static void the_whole_time_counts_from_when_the_password_was_proved(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct store_session session = session_of(A_PLAIN, start - 11 * 60 * minute);
  struct login login = begun(&session, start), next;
  assert_ok(refreshed(&login, start + 50 * minute, &next));
  assert_result(refreshed(&next, start + 60 * minute, &login), R_UNAUTHENTICATED);
}

static void no_access_token_outlives_the_idle_time(void **state)
{
  (void)state;
  estate_domain.limits.session_idle_time = 5 * minute;
  assert_int_equal(begun_at(clock_now()).expires_in, 300);
}

static void a_tightened_limit_holds_at_the_next_refresh_and_ends_the_session(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct login idle = begun_at(start), whole = begun_at(start), kept = begun_at(start), next;
  estate_domain.limits.session_idle_time = 10 * minute;
  assert_result(refreshed(&idle, start + 10 * minute, &next), R_UNAUTHENTICATED);
  assert_true(ended(&idle));
  assert_ok(refreshed(&kept, start + 9 * minute, &kept));
  estate_domain.limits.session_time = 10 * minute;
  assert_result(refreshed(&whole, start + 10 * minute, &next), R_UNAUTHENTICATED);
  assert_true(ended(&whole));
}

static void a_tenant_that_tightens_its_policy_tightens_what_runs_below_it(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct login login = begun_at(start), other = begun_at(start), next;
  estate_sql("INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)"
             " SELECT id, path, boundary, 'security', 'session_idle_time', '600' FROM tenant WHERE label = 'p1p1p1p1'");
  enum result early = refreshed(&login, start + 10 * minute - 1, &login),
              late = refreshed(&other, start + 10 * minute, &next);
  struct login begun_then = begun_at(start);
  estate_sql("DELETE FROM tenant_setting");
  assert_ok(early);
  assert_result(late, R_UNAUTHENTICATED);
  assert_int_equal(begun_then.expires_in, 600);
}

static void a_loosened_limit_lengthens_no_session_that_runs(void **state)
{
  (void)state;
  int64_t start = clock_now();
  estate_domain.limits.session_time = 30 * minute;
  struct login login = begun_at(start);
  estate_domain.limits.session_time = 12 * 60 * minute;
  assert_ok(refreshed(&login, start + 20 * minute, &login));
  assert_result(refreshed(&login, start + 30 * minute, &login), R_UNAUTHENTICATED);
}

/* The database's clock judges what was spent, and nothing here moves that: what was spent is made older instead. */
static void let_pass(void) { estate_sql("UPDATE vault.refresh SET used_at = used_at - interval '10 seconds'"); }

static void a_refresh_token_shown_again_at_once_changes_nothing(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct login login = begun_at(start), next, ignored;
  assert_ok(refreshed(&login, start, &next));
  assert_result(refreshed(&login, start + minute, &ignored), R_REFRESH_RACED);
  assert_result(refreshed(&login, start - minute, &ignored), R_REFRESH_RACED);
  assert_false(ended(&login));
  assert_ok(refreshed(&next, start + minute, &ignored));
}

static void a_refresh_token_shown_again_later_ends_the_session(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct login login = begun_at(start), next, ignored;
  assert_ok(refreshed(&login, start, &next));
  let_pass();
  assert_result(refreshed(&login, start, &ignored), R_UNAUTHENTICATED);
  assert_true(ended(&login));
  assert_result(refreshed(&next, start + minute, &ignored), R_UNAUTHENTICATED);
  assert_result(refreshed(&login, start + 1, &ignored), R_UNAUTHENTICATED);
}

static void an_old_token_ends_the_session_however_long_it_is_spent(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct login first = begun_at(start), login = first, ignored;
  for (int64_t now = start; now < start + 5 * 60 * minute; now += 50 * minute)
    assert_ok(refreshed(&login, now, &login));
  let_pass();
  assert_result(refreshed(&first, start + 5 * 60 * minute, &ignored), R_UNAUTHENTICATED);
  assert_true(ended(&first));
}

static void a_revocation_that_fails_is_no_success(void **state)
{
  (void)state;
  int64_t start = clock_now();
  struct login login = begun_at(start), next, ignored;
  struct signin s = at(start);
  struct authn_caller caller = {.principal = estate_user(A_PLAIN), .session = login.session, .kind = AUTHN_USER};
  assert_ok(refreshed(&login, start, &next));
  let_pass();
  estate_sql("CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END';"
             "CREATE TRIGGER broken BEFORE UPDATE OF ended_at ON session FOR EACH ROW EXECUTE FUNCTION broken()");
  assert_result(refreshed(&login, start + minute, &ignored), R_INTERNAL);
  assert_result(domain_session_end(&s, &caller, &login.session), R_INTERNAL);
  (void)begun_at(start);
  assert_result(domain_session_end_others(&s, &caller), R_INTERNAL);
  estate_sql("DROP FUNCTION broken() CASCADE");
  assert_false(ended(&login));
  assert_result(refreshed(&login, start + minute, &ignored), R_UNAUTHENTICATED);
  assert_true(ended(&login));
}

static void one_ends_ones_own_and_nobody_elses(void **state)
{
  (void)state;
  int64_t now = clock_now();
  struct login mine = begun_at(now), other = begun_at(now), third = begun_at(now);
  struct store_session foreign = session_of(B_PLAIN, now);
  struct login theirs = begun(&foreign, now);
  struct signin s = at(now);
  struct authn_caller caller = {.principal = estate_user(A_PLAIN), .session = mine.session, .kind = AUTHN_USER};
  assert_result(domain_session_end(&s, &caller, &theirs.session), R_NOT_FOUND);
  assert_ok(domain_session_end(&s, &caller, &other.session));
  assert_result(domain_session_end(&s, &caller, &other.session), R_NOT_FOUND);
  assert_ok(domain_session_end_others(&s, &caller));
  assert_true(ended(&other) && ended(&third));
  assert_false(ended(&mine) || ended(&theirs));
}

static void an_administrator_ends_what_lies_below_and_nothing_else(void **state)
{
  (void)state;
  struct login login = begun_at(clock_now());
  struct store_session_key key = {.session = login.session, .user = estate_user(A_PLAIN)};
  struct change neighbour = estate_change(B_ADMIN, B);
  assert_result(domain_session_revoke(&neighbour, &key), R_NOT_FOUND);
  assert_result(domain_session_revoke_all(&neighbour, &key.user), R_NOT_FOUND);
  estate_abandon(&neighbour);
  struct change change = estate_change(P1_ADMIN, A);
  assert_ok(domain_session_revoke(&change, &key));
  assert_result(domain_session_revoke(&change, &key), R_NOT_FOUND);
  assert_int_equal(change.events, 1);
  estate_commit(&change);
  assert_true(ended(&login));
}

static void all_of_a_users_sessions_end_with_an_epoch(void **state)
{
  (void)state;
  int64_t now = clock_now();
  struct login login = begun_at(now), ignored;
  struct uuid user = estate_user(A_PLAIN);
  struct change change = estate_change(A_HELPDESK, A);
  assert_ok(domain_session_revoke_all(&change, &user));
  estate_commit(&change);
  assert_result(refreshed(&login, now + minute, &ignored), R_UNAUTHENTICATED);
}

static void a_privileged_users_sessions_take_who_may_touch_them(void **state)
{
  (void)state;
  struct uuid chief = estate_user(A_ADMIN);
  struct change change = estate_change(A_HELPDESK, A);
  assert_result(domain_session_revoke_all(&change, &chief), R_PRIVILEGED);
  assert_result(domain_session_revoke(&change, &(struct store_session_key){.session = chief, .user = chief}),
                R_PRIVILEGED);
  estate_abandon(&change);
}

#define session_test(name) cmocka_unit_test_setup_teardown(name, limits_begin, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      session_test(no_session_begins_with_one_factor_where_two_are_asked_for),
      session_test(an_unused_session_is_over_after_the_idle_time),
      session_test(a_used_session_is_over_after_its_whole_time),
      session_test(the_whole_time_counts_from_when_the_password_was_proved),
      session_test(no_access_token_outlives_the_idle_time),
      session_test(a_tightened_limit_holds_at_the_next_refresh_and_ends_the_session),
      session_test(a_tenant_that_tightens_its_policy_tightens_what_runs_below_it),
      session_test(a_loosened_limit_lengthens_no_session_that_runs),
      session_test(a_refresh_token_shown_again_at_once_changes_nothing),
      session_test(a_refresh_token_shown_again_later_ends_the_session),
      session_test(an_old_token_ends_the_session_however_long_it_is_spent),
      session_test(a_revocation_that_fails_is_no_success),
      session_test(one_ends_ones_own_and_nobody_elses),
      session_test(an_administrator_ends_what_lies_below_and_nothing_else),
      session_test(all_of_a_users_sessions_end_with_an_epoch),
      session_test(a_privileged_users_sessions_take_who_may_touch_them),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
