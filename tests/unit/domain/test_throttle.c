/* Who is kept from trying a password, and who is not. Times are the tests' own: each test asks about an account
   of its own. */
#include "domain/throttle.h"
#include "authn/nonce.h"
#include "store/installation.h"
#include "support/estate.h"

static const int64_t minute = 60 * CLOCK_SECOND, quarter = 15 * 60 * CLOCK_SECOND, day = 24 * 3600 * CLOCK_SECOND;

static struct signin from(const char *address)
{
  return (struct signin){.domain = &estate_domain,
                         .arena = estate_arena(),
                         .now = clock_now(),
                         .deadline = clock_monotonic() + 20 * CLOCK_SECOND,
                         .address = str_of(address),
                         .action = "test"};
}

/* An account of A_PLAIN's, as if its name were `key`: with no user, of nobody. */
static struct throttle_target account(const char *key, enum estate_user user)
{
  struct throttle_target target = {
      .code = STR("code-a"), .key = str_of(key), .most = {10, 100, 0}, .told = {10, 100, 0}};
  if (user)
    target.person = estate_user(user);
  return target;
}

/* How many attempts are let through, up to `most`. */
static int attempts(struct signin *s, const struct throttle_target *target, int most)
{
  struct throttle throttle;
  for (int i = 0; i < most; i++) {
    enum result r = domain_throttle_take(s, target, &throttle);
    if (r == R_THROTTLED)
      return i;
    assert_ok(r);
  }
  return most;
}

static void commit(struct store_tx **tx)
{
  uint64_t revision;
  assert_ok(store_tx_commit(*tx, &revision));
  store_tx_close(tx);
}

static void succeed(struct signin *s, const struct throttle_target *target)
{
  struct store_call store = domain_session_store(s);
  struct store_tx *tx;
  struct throttle throttle;
  assert_ok(domain_throttle_take(s, target, &throttle));
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(domain_throttle_return(&throttle, tx));
  commit(&tx);
}

/* The person is in from where `s` is. */
static struct login enter(struct signin *s, enum estate_user user)
{
  struct store_call store = domain_session_store(s);
  struct store_tx *tx;
  struct login login = {0};
  struct uuid person = estate_user(user);
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(domain_throttle_know(s, tx, &person, &login));
  commit(&tx);
  return login;
}

static void forget_everything(void) { estate_sql("TRUNCATE vault.throttle, vault.known, vault.reset_request"); }

static int begin(void **state)
{
  int begun = estate_begin(state);
  forget_everything();
  return begun;
}
#define throttle_test(function) cmocka_unit_test_setup_teardown(function, begin, estate_end)

static void an_account_takes_so_many_attempts_of_strangers_and_no_more(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  int all = 0;
  for (int i = 0; i < 20; i++) {
    struct signin s = from(arena_print(estate_arena(), "198.51.100.%d", i).p);
    all += attempts(&s, &target, 20);
  }
  assert_int_equal(all, 10);
}

static void one_place_uses_half_of_what_is_left(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin flood = from("198.51.100.1"), second = from("198.51.100.2"), third = from("198.51.100.3");
  assert_int_equal(attempts(&flood, &target, 1000), 5);
  assert_in_range(flood.retry_after, 890, 900);
  assert_int_equal(attempts(&second, &target, 1000), 3);
  assert_int_equal(attempts(&third, &target, 1000), 1);
}

static void the_window_opens_again_after_a_quarter_of_an_hour(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin s = from("198.51.100.1");
  assert_int_equal(attempts(&s, &target, 20), 5);
  s.now += quarter - minute;
  assert_int_equal(attempts(&s, &target, 20), 0);
  assert_in_range(s.retry_after, 50, 60);
  s.now += minute;
  assert_int_equal(attempts(&s, &target, 20), 5);
}

static void who_does_not_exist_is_refused_as_who_does(void **state)
{
  (void)state;
  struct throttle_target known = account("anna", A_PLAIN), unknown = account("nobody", 0);
  struct signin here = from("198.51.100.1"), there = from("198.51.100.2");
  there.now = here.now;
  for (int i = 0; i < 30; i++) {
    assert_int_equal(attempts(&here, &known, 20), attempts(&there, &unknown, 20));
    assert_int_equal(here.retry_after, there.retry_after);
    here.now = there.now = here.now + quarter;
  }
}

static void a_known_place_is_kept_out_by_no_flood_from_elsewhere(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin home = from("203.0.113.7");
  enter(&home, A_PLAIN);
  for (int i = 0; i < 20; i++) {
    struct signin s = from(arena_print(estate_arena(), "198.51.100.%d", i).p);
    attempts(&s, &target, 50);
  }
  assert_int_equal(attempts(&home, &target, 50), 5);
  struct throttle_target other = account("bert", B_PLAIN);
  assert_int_equal(attempts(&home, &other, 50), 5);
}

static void a_known_device_is_kept_out_by_no_flood_from_its_own_address(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN), nobody = account("nobody", 0);
  struct signin s = from("198.51.100.1"), flood = from("198.51.100.1");
  s.remember_device = true;
  struct login login = enter(&s, A_PLAIN);
  assert_true(str_starts(login.device_token, STR("bwd_")));
  target.most.address = target.told.address = nobody.most.address = nobody.told.address = 4;
  assert_int_equal(attempts(&flood, &nobody, 50), 4);
  assert_int_equal(attempts(&flood, &target, 50), 0); /* the place is known, and flooded */
  s.device_token = login.device_token;
  assert_int_equal(attempts(&s, &target, 50), 10);
}

static void a_device_is_its_persons_alone(void **state)
{
  (void)state;
  struct signin s = from("198.51.100.1"), thief = from("198.51.100.2");
  s.remember_device = true;
  thief.device_token = enter(&s, A_PLAIN).device_token;
  struct throttle_target own = account("anna", A_PLAIN), other = account("bert", B_PLAIN);
  assert_int_equal(attempts(&thief, &other, 50), 5);
  assert_int_equal(attempts(&thief, &own, 50), 10);
  thief.device_token = STR("bwd_not-one-of-ours");
  assert_int_equal(attempts(&thief, &own, 50), 5);
}

static void what_is_known_grows_old(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin s = from("198.51.100.1");
  s.remember_device = true;
  s.device_token = enter(&s, A_PLAIN).device_token;
  struct signin place = from("198.51.100.1"), device = from("198.51.100.2");
  device.device_token = s.device_token;
  struct signin flood[] = {from("198.51.100.3"), from("198.51.100.4")};
  flood[0].now = place.now += 30 * day - minute;
  assert_int_equal(attempts(&flood[0], &target, 50), 5);
  assert_int_equal(attempts(&place, &target, 50), 5); /* all five, whatever strangers have used */
  flood[1].now = place.now += 2 * minute + quarter;
  assert_int_equal(attempts(&flood[1], &target, 50), 5);
  assert_int_equal(attempts(&place, &target, 50), 3);
  device.now += 90 * day - minute;
  assert_int_equal(attempts(&device, &target, 50), 10);
  device.now += 2 * minute + quarter;
  assert_int_equal(attempts(&device, &target, 50), 5);
}

static void what_fails_ten_times_in_a_row_is_a_stranger_afterwards(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin s = from("198.51.100.1");
  s.remember_device = true;
  s.device_token = enter(&s, A_PLAIN).device_token;
  s.address = STR("198.51.100.2");
  assert_int_equal(attempts(&s, &target, 50), 10);
  s.now += quarter;
  assert_int_equal(attempts(&s, &target, 50), 5);
  s.now += quarter;
  succeed(&s, &target);
  enter(&s, A_PLAIN);
  assert_int_equal(attempts(&s, &target, 50), 10);
}

/* Guesses at the account by ever other places, window after window, until strangers are shut out. */
static int guess_on(const struct throttle_target *target, int64_t *now)
{
  int all = 0;
  for (int window = 0; window < 12; window++, *now += quarter)
    for (int i = 0; i < 6; i++) {
      struct signin s = from(arena_print(estate_arena(), "198.51.%d.%d", window, i).p);
      s.now = *now;
      all += attempts(&s, target, 50);
    }
  return all;
}

static void eighty_failures_in_a_row_shut_out_strangers_and_not_the_owner(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin home = from("203.0.113.7"), away = from("192.0.2.1");
  enter(&home, A_PLAIN);
  assert_int_equal(guess_on(&target, &away.now), 80);
  assert_int_equal(attempts(&away, &target, 50), 0);
  assert_int_equal(away.retry_after, 3600);
  home.now = away.now;
  succeed(&home, &target);
  assert_int_equal(attempts(&away, &target, 50), 5);
}

static void a_hundred_failures_in_a_row_are_the_end_of_a_password(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin home = from("203.0.113.7"), office = from("203.0.113.8"), cafe = from("203.0.113.9"),
                later = from("203.0.113.10");
  enter(&home, A_PLAIN);
  enter(&cafe, A_PLAIN);
  enter(&office, A_PLAIN);
  assert_int_equal(guess_on(&target, &later.now), 80);
  home.now = office.now = cafe.now = later.now;
  assert_int_equal(attempts(&home, &target, 50), 5);
  assert_int_equal(attempts(&office, &target, 50), 5);
  home.now = office.now = cafe.now = later.now += quarter;
  assert_int_equal(attempts(&home, &target, 50), 5);
  assert_int_equal(attempts(&office, &target, 50), 5);
  assert_int_equal(attempts(&cafe, &target, 50), 0);
  struct store_call store = domain_session_store(&later);
  struct store_tx *tx;
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(domain_throttle_renew(&later, tx, &target));
  commit(&tx);
  assert_int_equal(attempts(&later, &target, 50), 5);
}

static void a_success_gives_an_address_back_its_own_attempt_alone(void **state)
{
  (void)state;
  struct throttle_target own = account("mallory", B_PLAIN), target = account("anna", A_PLAIN);
  own.most.address = own.told.address = target.most.address = target.told.address = 6;
  struct signin s = from("198.51.100.1");
  assert_int_equal(attempts(&s, &target, 3), 3);
  succeed(&s, &own);
  succeed(&s, &own);
  assert_int_equal(attempts(&s, &own, 50), 3);
}

static void a_tenant_under_fire_is_shut_to_its_strangers_alone(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN), elsewhere = account("carl", C_PLAIN);
  elsewhere.code = STR("code-c");
  target.most.tenant = target.told.tenant = elsewhere.most.tenant = elsewhere.told.tenant = 12;
  struct signin home = from("203.0.113.7"), s = from("198.51.100.1");
  enter(&home, A_PLAIN);
  for (int i = 0; i < 20; i++) {
    struct throttle_target guessed = account(arena_print(estate_arena(), "user-%d", i).p, 0);
    guessed.most.tenant = guessed.told.tenant = 12;
    assert_int_equal(attempts(&s, &guessed, 1), i < 12);
  }
  assert_int_equal(attempts(&s, &target, 1), 0);
  assert_int_equal(attempts(&home, &target, 1), 1);
  assert_int_equal(attempts(&s, &elsewhere, 1), 1);
}

static void addresses_of_one_64_are_one_place(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin one = from("2001:db8:1:2::1"), same = from("2001:db8:1:2:ffff::9"), other = from("2001:db8:1:3::1");
  assert_int_equal(attempts(&one, &target, 50), 5);
  assert_int_equal(attempts(&same, &target, 50), 0);
  assert_int_equal(attempts(&other, &target, 50), 3);
  enter(&one, B_PLAIN);
  struct throttle_target known = account("bert", B_PLAIN);
  struct signin flood = from("2001:db8:1:4::1");
  assert_int_equal(attempts(&flood, &known, 50), 5);
  assert_int_equal(attempts(&same, &known, 50), 5);
}

/* How many owners are to be told that somebody tries at their account. */
static const char *warnings(void) { return estate_ask("SELECT count(*) FROM vault.reset_request WHERE kind = 'warn'"); }

static void an_owner_is_told_of_attempts_at_their_account(void **state)
{
  (void)state;
  estate_domain.mail.sends = true;
  struct throttle_target target = account("anna", A_PLAIN), other = account("bert", B_PLAIN);
  struct signin s = from("198.51.100.1"), home = from("203.0.113.7");
  assert_int_equal(attempts(&s, &target, 5), 5);
  assert_string_equal(warnings(), "0");
  assert_int_equal(attempts(&s, &target, 1), 0);
  assert_int_equal(attempts(&s, &target, 1), 0);
  assert_string_equal(warnings(), "1");
  enter(&home, B_PLAIN);
  assert_int_equal(attempts(&home, &other, 6), 5);
  assert_string_equal(warnings(), "2");
  estate_domain.mail.sends = false;
}

static void an_address_over_its_limit_warns_nobody(void **state)
{
  (void)state;
  estate_domain.mail.sends = true;
  struct throttle_target untouched[] = {account("anna", A_PLAIN), account("bert", B_PLAIN), account("carl", C_PLAIN)};
  struct signin s = from("198.51.100.1");
  for (int i = 0; i < 110; i++) {
    struct throttle_target guessed = account(arena_print(estate_arena(), "user-%d", i).p, 0);
    assert_int_equal(attempts(&s, &guessed, 1), i < 100);
  }
  for (int i = 0; i < 3; i++)
    assert_int_equal(attempts(&s, &untouched[i], 1), 0);
  assert_string_equal(warnings(), "0");
  estate_domain.mail.sends = false;
}

static void a_tenant_over_its_limit_warns_nobody(void **state)
{
  (void)state;
  estate_domain.mail.sends = true;
  struct throttle_target target = account("anna", A_PLAIN);
  target.most.tenant = target.told.tenant = 3;
  struct signin s = from("198.51.100.1"), other = from("198.51.100.2");
  assert_int_equal(attempts(&s, &target, 3), 3);
  assert_int_equal(attempts(&other, &target, 1), 0);
  assert_string_equal(warnings(), "0");
  estate_domain.mail.sends = false;
}

static void a_new_device_is_told_from_a_known_one(void **state)
{
  (void)state;
  struct signin s = from("198.51.100.1"), elsewhere = from("198.51.100.2");
  assert_true(enter(&s, A_PLAIN).new_device);
  assert_false(enter(&s, A_PLAIN).new_device);
  s.remember_device = true;
  elsewhere.device_token = enter(&s, A_PLAIN).device_token;
  elsewhere.remember_device = true;
  struct login again = enter(&elsewhere, A_PLAIN);
  assert_false(again.new_device);
  assert_null(again.device_token.p); /* the one shown is good */
}

static void the_last_eight_of_a_kind_are_kept(void **state)
{
  (void)state;
  struct signin first = from("198.51.100.1");
  first.remember_device = true;
  struct str token = enter(&first, A_PLAIN).device_token;
  for (int i = 0; i < 9; i++) {
    struct signin s = from(arena_print(estate_arena(), "198.51.100.%d", 10 + i).p);
    s.remember_device = true;
    s.now += (i + 1) * minute;
    enter(&s, A_PLAIN);
  }
  assert_string_equal(estate_ask("SELECT string_agg(n, ' ' ORDER BY n)"
                                 "  FROM (SELECT kind || count(*) AS n FROM vault.known GROUP BY kind) k"),
                      "device8 place8");
  struct signin s = from("192.0.2.1");
  s.device_token = token;
  struct throttle_target target = account("anna", A_PLAIN);
  assert_int_equal(attempts(&s, &target, 50), 5);
}

static void no_name_address_or_token_stands_in_the_database(void **state)
{
  (void)state;
  struct signin s = from("198.51.100.77");
  s.remember_device = true;
  struct login login = enter(&s, A_PLAIN);
  struct throttle_target target = account("anna-in-clear", A_PLAIN);
  assert_int_equal(attempts(&s, &target, 1), 1);
  for (int i = 0; i < 3; i++) {
    const char *text = (const char *[]){"198.51.100.77", "anna-in-clear", login.device_token.p}[i];
    assert_string_equal(estate_ask("SELECT count(*) FROM ("
                                   "SELECT encode(subject, 'escape') || t::text AS row FROM vault.throttle t "
                                   "UNION ALL SELECT encode(digest, 'escape') || k::text FROM vault.known k) r "
                                   "WHERE row LIKE '%%%s%%'", text),
                        "0");
  }
}

static void what_has_expired_is_pruned_and_nothing_before(void **state)
{
  (void)state;
  struct throttle_target target = account("anna", A_PLAIN);
  struct signin s = from("198.51.100.1");
  struct store_call store = domain_session_store(&s);
  s.remember_device = true;
  enter(&s, A_PLAIN);
  assert_int_equal(attempts(&s, &target, 1), 1);
  const char *count = "SELECT (SELECT count(*) FROM vault.throttle) || ' ' || (SELECT count(*) FROM vault.known)";
  assert_ok(store_installation_prune(&store, s.now));
  assert_string_equal(estate_ask("%s", count), "3 2"); /* account, place, address; device and place */
  assert_ok(store_installation_prune(&store, s.now + 2 * 3600 * CLOCK_SECOND));
  assert_string_equal(estate_ask("%s", count), "2 2");
  assert_ok(store_installation_prune(&store, s.now + 31 * day));
  assert_string_equal(estate_ask("%s", count), "0 1");
  assert_ok(store_installation_prune(&store, s.now + 91 * day));
  assert_string_equal(estate_ask("%s", count), "0 0");
}

/* What the tenant allows beyond that is neither granted nor told, and 429 comes as for a tenant that is none. */
static void a_tenants_stricter_limit_is_told_to_a_known_device_alone(void **state)
{
  (void)state;
  struct signin home = from("198.51.170.1");
  struct throttle_target target = account("strict", A_PLAIN), none = account("none", 0);
  struct throttle throttle;
  target.most.account = 3;
  none.code = STR("none-of-ours");
  enter(&home, A_PLAIN);
  for (int i = 0; i < 11; i++) {
    struct signin s = from(arena_print(estate_arena(), "198.51.171.%d", i).p);
    enum result strict = domain_throttle_take(&s, &target, &throttle);
    assert_int_equal(strict, i < 3 ? R_OK : i < 10 ? R_LOGIN_FAILED : R_THROTTLED);
    int64_t wait = s.retry_after;
    enum result open = domain_throttle_take(&s, &none, &throttle);
    assert_int_equal(open, i < 10 ? R_OK : R_THROTTLED);
    assert_true(wait == s.retry_after || i < 10);
  }
  for (int i = 0; i < 6; i++)
    assert_int_equal(domain_throttle_take(&home, &target, &throttle), i < 3 ? R_OK : i < 5 ? R_LOGIN_FAILED : R_THROTTLED);
  struct signin device = from("198.51.170.2");
  device.remember_device = true;
  device.device_token = enter(&device, A_PLAIN).device_token;
  assert_int_equal(attempts(&device, &target, 50), 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      throttle_test(an_account_takes_so_many_attempts_of_strangers_and_no_more),
      throttle_test(one_place_uses_half_of_what_is_left),
      throttle_test(the_window_opens_again_after_a_quarter_of_an_hour),
      throttle_test(who_does_not_exist_is_refused_as_who_does),
      throttle_test(a_known_place_is_kept_out_by_no_flood_from_elsewhere),
      throttle_test(a_known_device_is_kept_out_by_no_flood_from_its_own_address),
      throttle_test(a_device_is_its_persons_alone),
      throttle_test(what_is_known_grows_old),
      throttle_test(what_fails_ten_times_in_a_row_is_a_stranger_afterwards),
      throttle_test(eighty_failures_in_a_row_shut_out_strangers_and_not_the_owner),
      throttle_test(a_hundred_failures_in_a_row_are_the_end_of_a_password),
      throttle_test(a_success_gives_an_address_back_its_own_attempt_alone),
      throttle_test(a_tenant_under_fire_is_shut_to_its_strangers_alone),
      throttle_test(addresses_of_one_64_are_one_place),
      throttle_test(an_owner_is_told_of_attempts_at_their_account),
      throttle_test(a_tenants_stricter_limit_is_told_to_a_known_device_alone),
      throttle_test(an_address_over_its_limit_warns_nobody),
      throttle_test(a_tenant_over_its_limit_warns_nobody),
      throttle_test(a_new_device_is_told_from_a_known_one),
      throttle_test(the_last_eight_of_a_kind_are_kept),
      throttle_test(no_name_address_or_token_stands_in_the_database),
      throttle_test(what_has_expired_is_pruned_and_nothing_before),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
