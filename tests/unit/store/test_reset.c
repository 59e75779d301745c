/* Requests to reset a password: each served by one, and whom they may mean. */
#include "store/reset.h"
#include "support/estate.h"

static struct store_call auth(void) { return (struct store_call){.pool = estate_domain.auth, .arena = estate_arena()}; }

static void put(struct str subject, const char *sealed, const char *kind, const char *place)
{
  struct store_call store = auth();
  struct store_reset request = {.subject = subject,
                                .sealed = str_of(sealed),
                                .address = str_of(place),
                                .kind = str_of(kind),
                                .place = str_of(place)};
  assert_ok(store_reset_put(&store, &request));
}

static void ask(const char *subject, const char *sealed) { put(str_of(subject), sealed, "reset", "192.0.2.7"); }

static int prepare(void **state)
{
  estate_sql(
      "DELETE FROM vault.reset_request; UPDATE principal SET email = 'e@example.org', email_key = 'e@example.org'"
      " WHERE login IN ('a-plain', 'a-viewer', 'c-plain')");
  return estate_begin(state);
}

static void the_oldest_is_taken_and_stays_where_nothing_is_committed(void **state)
{
  (void)state;
  struct store_call store = auth();
  struct store_tx *one, *two;
  struct store_reset request;
  ask("first", "1");
  ask("second", "2");
  ask("second", "3");
  assert_ok(store_tx_open(&store, &one));
  assert_ok(store_reset_take(one, &request));
  assert_str(request.subject, "first");
  assert_str(request.address, "192.0.2.7");
  assert_true(request.created_at > clock_now() - 60 * CLOCK_SECOND);
  assert_ok(store_tx_open(&store, &two));
  assert_ok(store_reset_take(two, &request));
  assert_str(request.sealed, "2");
  assert_result(store_reset_take(two, &request), R_NOT_FOUND);
  store_tx_close(&one);
  store_tx_close(&two);
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.reset_request"), "2");
}

static void beyond_ten_thousand_nobody_joins_those_who_wait(void **state)
{
  (void)state;
  estate_sql("INSERT INTO vault.reset_request (subject, sealed) SELECT int4send(i), '' FROM generate_series(1, 9999) i");
  ask("the last of them", "1");
  ask("one more", "2");
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.reset_request"), "10000");
}

static void who_is_to_be_warned_and_who_asks_do_not_crowd_each_other_out(void **state)
{
  (void)state;
  estate_sql("INSERT INTO vault.reset_request (subject, sealed, kind) SELECT int4send(i), '', 'warn' FROM "
             "generate_series(1, 10000) i");
  put(STR("one more"), "1", "warn", "192.0.2.7");
  ask("asks", "1");
  assert_string_equal(estate_ask("SELECT string_agg(kind || n, ' ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM "
                                 "vault.reset_request GROUP BY kind) k"),
                      "reset1 warn10000");
  estate_sql("UPDATE vault.reset_request SET kind = CASE kind WHEN 'warn' THEN 'reset' ELSE 'warn' END");
  put(STR("warns"), "1", "warn", "192.0.2.7");
  assert_string_equal(estate_ask("SELECT count(*) FROM vault.reset_request WHERE kind = 'warn'"), "2");
}

static void one_place_has_a_hundred_of_each_kind_that_wait(void **state)
{
  (void)state;
  static const char *const kinds[] = {"reset", "warn"};
  for (int kind = 0; kind < 2; kind++) {
    for (int i = 0; i < 101; i++)
      put(arena_print(estate_arena(), "%s %d", kinds[kind], i), "1", kinds[kind], "2001:db8::");
    put(arena_print(estate_arena(), "%s", kinds[kind]), "1", kinds[kind], "192.0.2.7");
  }
  assert_string_equal(estate_ask("SELECT string_agg(kind || ' ' || place || ' ' || n, ', ' ORDER BY kind, place) FROM "
                                 "(SELECT kind, place, count(*) AS n FROM vault.reset_request GROUP BY 1, 2) k"),
                      "reset 192.0.2.7 1, reset 2001:db8:: 100, warn 192.0.2.7 1, warn 2001:db8:: 100");
}

static size_t found(struct store_reset_name name, struct store_reset_person people[STORE_RESET_PEOPLE])
{
  struct store_call store = auth();
  struct store_tx *tx;
  size_t count;
  assert_ok(store_tx_open(&store, &tx));
  assert_ok(store_reset_find(tx, &name, people, &count));
  store_tx_close(&tx);
  return count;
}

static void people_are_found_at_that_tenant_alone(void **state)
{
  (void)state;
  struct store_reset_person people[STORE_RESET_PEOPLE];
  struct uuid plain = estate_user(A_PLAIN), home = estate_tenant(A);
  assert_int_equal(found((struct store_reset_name){STR("code-aaaaaaaa"), STR("a-plain"), STR("")}, people), 1);
  assert_memory_equal(&people[0].id, &plain, sizeof plain);
  assert_memory_equal(&people[0].tenant, &home, sizeof home);
  assert_int_equal(found((struct store_reset_name){STR("code-aaaaaaaa"), STR(""), STR("e@example.org")}, people), 2);
  assert_int_equal(found((struct store_reset_name){STR("code-bbbbbbbb"), STR("a-plain"), STR("e@example.org")}, people),
                   0);
  assert_int_equal(found((struct store_reset_name){STR("code-aaaaaaaa"), STR("a-admin"), STR("")}, people), 0);
}

#define reset_test(function) cmocka_unit_test_setup_teardown(function, prepare, estate_end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      reset_test(the_oldest_is_taken_and_stays_where_nothing_is_committed),
      reset_test(beyond_ten_thousand_nobody_joins_those_who_wait),
      reset_test(who_is_to_be_warned_and_who_asks_do_not_crowd_each_other_out),
      reset_test(one_place_has_a_hundred_of_each_kind_that_wait),
      reset_test(people_are_found_at_that_tenant_alone),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
