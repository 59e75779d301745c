/* Ranges of addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/network.h"

static struct network parsed(const char *text)
{
  struct network network;
  if (!network_parse(str_of(text), &network))
    fail_msg("%s is no network", text);
  return network;
}

static void each_has_one_form(void **state)
{
  (void)state;
  static const char *const forms[][2] = {
      {"10.0.0.0/8", "10.0.0.0/8"},
      {"192.0.2.1", "192.0.2.1"},
      {"192.0.2.1/32", "192.0.2.1"},
      {"0.0.0.0/0", "0.0.0.0/0"},
      {"2001:DB8:0:0::/32", "2001:db8::/32"},
      {"::1", "::1"},
      {"::/0", "::/0"},
      {"::ffff:10.0.0.0/104", "10.0.0.0/8"},
      {"2001:db8::1/128", "2001:db8::1"},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    char text[NETWORK_TEXT];
    struct network network = parsed(forms[i][0]);
    network_format(&network, text);
    assert_string_equal(text, forms[i][1]);
  }
}

static void what_is_none_is_refused(void **state)
{
  (void)state;
  static const char *const wrong[] = {"",
                                      "10.0.0.0/33",
                                      "10.0.0.0/",
                                      "10.0.0.0/-1",
                                      "10.0.0.0/8/8",
                                      "10.0.0.1/8",
                                      "2001:db8::1/32",
                                      "::/129",
                                      "10.0.0",
                                      "10.0.0.0 ",
                                      "[::1]",
                                      "fe80::1%eth0",
                                      "localhost",
                                      "/8",
                                      "10.0.0.0/08x",
                                      "::ffff:10.0.0.1/104",
                                      "1111:2222:3333:4444:5555:6666:7777:8888:9999"};
  struct network network = {.bits = 7};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (network_parse(str_of(wrong[i]), &network))
      fail_msg("%s was taken", wrong[i]);
  assert_false(network_parse((struct str){"10.0.0.0\0/8", 11}, &network));
  assert_int_equal(network.bits, 7);
}

static void one_holds_what_lies_in_it(void **state)
{
  (void)state;
  static const struct {
    const char *whole, *part;
    bool held;
  } pairs[] = {
      {"10.0.0.0/8", "10.255.0.1", true},          {"10.0.0.0/8", "10.0.0.0/8", true},
      {"10.0.0.0/8", "10.1.0.0/16", true},         {"10.1.0.0/16", "10.0.0.0/8", false},
      {"10.0.0.0/8", "11.0.0.0", false},           {"192.0.2.128/25", "192.0.2.127", false},
      {"192.0.2.128/25", "192.0.2.129", true},     {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "2001:db8::1", false},         {"::/0", "203.0.113.9", true},
      {"2001:db8::/33", "2001:db8:8000::", false}, {"2001:db8::/32", "2001:db8:8000::", true},
      {"192.0.2.1", "::ffff:192.0.2.1", true},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    struct network whole = parsed(pairs[i].whole), part = parsed(pairs[i].part);
    assert_int_equal(network_holds(&whole, &part), pairs[i].held);
  }
}

static void loopback_is_an_address_and_no_name_that_begins_like_one(void **state)
{
  (void)state;
  static const char *const here[] = {"localhost", "127.0.0.1", "127.9.8.7", "::1", "[::1]", "::ffff:127.0.0.1"};
  static const char *const elsewhere[] = {"127.0.0.1.example.org", "127.example.org", "localhost.example.org", "126.0.0.1",
                                          "128.0.0.1", "::2", "[::1", "0.0.0.0", "", "[]", "127.0.0.0/7"};
  for (size_t i = 0; i < sizeof here / sizeof *here; i++)
    if (!network_is_loopback(str_of(here[i])))
      fail_msg("%s is elsewhere", here[i]);
  for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
    if (network_is_loopback(str_of(elsewhere[i])))
      fail_msg("%s is here", elsewhere[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_has_one_form),
      cmocka_unit_test(what_is_none_is_refused),
      cmocka_unit_test(one_holds_what_lies_in_it),
      cmocka_unit_test(loopback_is_an_address_and_no_name_that_begins_like_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
