/* What a counter of attempts is kept under. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "authn/throttle.h"

static void assert_place(const char *address, const char *place)
{
  char text[AUTHN_THROTTLE_PLACE_TEXT];
  authn_throttle_place(str_of(address), text);
  assert_string_equal(text, place);
}

static void a_place_is_an_ipv4_address_or_an_ipv6_64(void **state)
{
  (void)state;
  assert_place("192.0.2.1", "192.0.2.1");
  assert_place("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
  assert_place("2001:db8:1:2::", "2001:db8:1:2::");
  assert_place("::1", "::");
}

static void what_is_no_address_is_a_place_of_its_own(void **state)
{
  (void)state;
  char text[AUTHN_THROTTLE_PLACE_TEXT];
  assert_place("", "");
  assert_place("unix", "unix");
  authn_throttle_place(STR_NONE, text);
  assert_string_equal(text, "");
  assert_place("a text that is longer than any address there could be, by far",
               "a text that is longer than any address there ");
}

static void subjects_differ_by_kind_and_name_and_tell_neither(void **state)
{
  (void)state;
  static unsigned char key[32] = "a key that serves the tests only";
  struct crypto_keys *keys;
  struct authn_throttle account, address, other, again;
  assert_int_equal(crypto_keys_open((struct secret){key, sizeof key}, &keys), R_OK);
  assert_int_equal(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, STR("anna"), &account), R_OK);
  assert_int_equal(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, STR("anna"), &again), R_OK);
  assert_int_equal(authn_throttle_on(keys, AUTHN_THROTTLE_ADDRESS, STR("anna"), &address), R_OK);
  assert_int_equal(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, STR("anne"), &other), R_OK);
  assert_memory_equal(account.subject, again.subject, sizeof account.subject);
  assert_memory_not_equal(account.subject, address.subject, sizeof account.subject);
  assert_memory_not_equal(account.subject, other.subject, sizeof account.subject);
  struct uuid anna = {.b = "anna: sixteen by"};
  assert_int_equal(authn_throttle_on_id(keys, AUTHN_THROTTLE_ACCOUNT, &anna, &account), R_OK);
  assert_int_equal(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, STR("anna: sixteen by"), &again), R_OK);
  assert_memory_equal(account.subject, again.subject, sizeof account.subject);
  crypto_keys_close(&keys);
}

static void a_name_beyond_measure_is_refused(void **state)
{
  (void)state;
  static unsigned char key[32] = "a key that serves the tests only";
  static char name[4096];
  struct crypto_keys *keys;
  struct authn_throttle throttle;
  assert_int_equal(crypto_keys_open((struct secret){key, sizeof key}, &keys), R_OK);
  struct str all = {name, sizeof name};
  assert_int_equal(authn_throttle_on(keys, AUTHN_THROTTLE_ACCOUNT, all, &throttle), R_TOO_LARGE);
  crypto_keys_close(&keys);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_place_is_an_ipv4_address_or_an_ipv6_64),
      cmocka_unit_test(what_is_no_address_is_a_place_of_its_own),
      cmocka_unit_test(subjects_differ_by_kind_and_name_and_tell_neither),
      cmocka_unit_test(a_name_beyond_measure_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
