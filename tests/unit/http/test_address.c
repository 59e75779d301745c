/* Addresses, ranges, and whom a trusted proxy speaks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/address.h"

static struct http_address address(const char *text)
{
  struct http_address a;
  assert_true(http_address_parse(str_of(text), &a));
  return a;
}

static struct http_range range(const char *text)
{
  struct http_range r;
  assert_true(http_address_range(str_of(text), &r));
  return r;
}

static void an_address_has_one_form(void **state)
{
  (void)state;
  static const char *const rows[][2] = {{"192.0.2.1", "192.0.2.1"},
                                        {"::ffff:192.0.2.1", "192.0.2.1"},
                                        {"::FFFF:c000:201", "192.0.2.1"},
                                        {"2001:DB8:0::1", "2001:db8::1"},
                                        {"::1", "::1"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[HTTP_ADDRESS_TEXT];
    struct http_address a = address(rows[i][0]);
    http_address_format(&a, text);
    assert_string_equal(text, rows[i][1]);
  }
}

static void what_is_no_bare_address_is_refused(void **state)
{
  (void)state;
  static const struct str rows[] = {STR(""),
                                    STR("192.0.2"),
                                    STR("192.0.2.256"),
                                    STR("192.0.2.1:80"),
                                    STR("[::1]"),
                                    STR("::1%lo"),
                                    STR("unknown"),
                                    STR("_hidden"),
                                    STR("192.0.2.1 "),
                                    STR("192.0.2.1\0"),
                                    STR("0192.0.2.1"),
                                    STR("0x7f.1"),
                                    STR("1:2:3:4:5:6:7:8:9"),
                                    STR("0000:0000:0000:0000:0000:ffff:192.168.100.100:0000")};
  struct http_address a;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_false(http_address_parse(rows[i], &a));
}

static void a_range_holds_what_shares_its_bits(void **state)
{
  (void)state;
  static const struct {
    const char *range, *address;
    bool holds;
  } rows[] = {{"10.0.0.0/8", "10.255.0.1", true},
              {"10.0.0.0/8", "11.0.0.1", false},
              {"10.0.0.0/8", "::ffff:10.0.0.1", true},
              {"192.0.2.128/25", "192.0.2.127", false},
              {"192.0.2.128/25", "192.0.2.129", true},
              {"192.0.2.1", "192.0.2.1", true},
              {"192.0.2.1", "192.0.2.2", false},
              {"0.0.0.0/0", "203.0.113.1", true},
              {"0.0.0.0/0", "2001:db8::1", false},
              {"2001:db8::/33", "2001:db8:7fff::1", true},
              {"2001:db8::/33", "2001:db8:8000::1", false},
              {"::/0", "192.0.2.1", true},
              {"::1", "::1", true}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http_range r = range(rows[i].range);
    struct http_address a = address(rows[i].address);
    assert_int_equal(http_address_within(&a, &r, 1), rows[i].holds);
  }
}

static void a_broken_range_is_refused(void **state)
{
  (void)state;
  static const char *const rows[] = {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "/8", "::/129", "x/8"};
  struct http_range r;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_false(http_address_range(str_of(rows[i]), &r));
}

static void the_first_hop_from_the_right_that_is_not_trusted_is_the_client(void **state)
{
  (void)state;
  struct http_range trusted[] = {range("10.0.0.0/8"), range("fd00::/8")};
  static const struct {
    const char *value, *client;
    enum result result;
  } rows[] = {{"192.0.2.1", "192.0.2.1", R_OK},
              {"203.0.113.1, 192.0.2.1 ,10.0.0.1,\tfd00::1", "192.0.2.1", R_OK},
              {"garbage, 192.0.2.1", "192.0.2.1", R_OK},
              {"10.0.0.2, 10.0.0.1", "10.0.0.2", R_AGAIN},
              {"192.0.2.1, garbage, 10.0.0.1", NULL, R_MALFORMED},
              {"", NULL, R_MALFORMED},
              {",10.0.0.1", NULL, R_MALFORMED}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http_address client;
    assert_int_equal(http_address_forwarded(str_of(rows[i].value), trusted, 2, &client), rows[i].result);
    struct http_address expected = rows[i].client ? address(rows[i].client) : client;
    assert_memory_equal(&client, &expected, rows[i].client ? sizeof client : 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_has_one_form),
      cmocka_unit_test(what_is_no_bare_address_is_refused),
      cmocka_unit_test(a_range_holds_what_shares_its_bits),
      cmocka_unit_test(a_broken_range_is_refused),
      cmocka_unit_test(the_first_hop_from_the_right_that_is_not_trusted_is_the_client),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
