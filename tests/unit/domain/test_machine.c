/* How clients come in. */
#include "domain/machine.h"
#include "domain/client.h"
#include "support/estate.h"

struct machine {
  struct uuid id;
  struct str name, secret;
};

static struct machine made(void)
{
  struct change change = estate_change(A_ADMIN, A);
  struct client_new client = {.tenant = estate_tenant(A), .display_name = STR("Loader")};
  struct machine machine;
  struct outcome outcome;
  char name[UUID_TEXT];
  assert_ok(domain_client_create(&change, &client, &outcome, &machine.secret));
  estate_commit(&change);
  machine.id = outcome.id;
  uuid_format(&machine.id, name);
  machine.name = arena_copy(estate_arena(), str_of(name));
  return machine;
}

static struct signin step(const char *address)
{
  estate_domain.limits.access_token_time = 900 * CLOCK_SECOND;
  estate_domain.limits.account_attempts = 3;
  estate_domain.limits.address_attempts = 1000;
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = clock_now(),
                         .address = str_of(address),
                         .request_id = STR("r"),
                         .action = "issueClientToken"};
}

static void a_secret_begins_a_session_of_the_client_alone(void **state)
{
  (void)state;
  struct machine machine = made(), other = made();
  struct signin s = step("192.0.2.1");
  struct login login;
  assert_ok(domain_machine_login(&s, machine.name, machine.secret, &login));
  assert_true(login.access_token.p && !login.refresh_token.p && login.expires_in == 900);
  assert_memory_equal(&s.principal, &machine.id, sizeof machine.id);
  assert_result(domain_machine_login(&s, other.name, machine.secret, &login), R_LOGIN_FAILED);
  assert_result(domain_machine_login(&s, STR("x"), machine.secret, &login), R_LOGIN_FAILED);
  assert_result(domain_machine_login(&s, machine.name, STR("x"), &login), R_LOGIN_FAILED);
}

static void failures_elsewhere_keep_no_client_out(void **state)
{
  (void)state;
  struct machine machine = made();
  struct signin away = step("192.0.2.2"), home = step("192.0.2.3");
  struct login login;
  for (int i = 0; i < 3; i++)
    assert_result(domain_machine_login(&away, machine.name, STR("x"), &login), R_LOGIN_FAILED);
  assert_result(domain_machine_login(&away, machine.name, machine.secret, &login), R_THROTTLED);
  assert_true(away.retry_after > 0);
  assert_ok(domain_machine_login(&home, machine.name, machine.secret, &login));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(a_secret_begins_a_session_of_the_client_alone),
      estate_test(failures_elsewhere_keep_no_client_out),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
