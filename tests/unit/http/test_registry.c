/* The registry's count of connections by address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/registry.h"
#include <stdlib.h>

static struct http_address numbered(unsigned number)
{
  struct http_address a = {0};
  a.in6.s6_addr[10] = a.in6.s6_addr[11] = 0xFF;
  a.in6.s6_addr[12] = 10;
  a.in6.s6_addr[14] = (uint8_t)(number >> 8);
  a.in6.s6_addr[15] = (uint8_t)number;
  return a;
}

static void every_address_keeps_its_own_count(void **state)
{
  (void)state;
  enum { ADDRESSES = 40, MOST = 3, STEPS = 20000 };
  struct http_registry registry = {.most = ADDRESSES, .address_most = MOST};
  unsigned counts[ADDRESSES] = {0}, held = 0, random = 12345;
  assert_int_equal(http_registry_init(&registry), R_OK);
  for (int i = 0; i < STEPS; i++) {
    random = random * 1103515245u + 12345u;
    unsigned number = random >> 16 & 0x7FFF;
    struct http_address a = numbered(number % ADDRESSES);
    unsigned *count = &counts[number % ADDRESSES];
    if (number & 1 << 14 && *count > 0) {
      http_registry_leave(&registry, &a);
      --*count, held--;
    } else if (held < ADDRESSES) {
      bool enters = http_registry_enter(&registry, &a);
      assert_int_equal(enters, *count < MOST);
      *count += enters, held += enters;
    }
  }
  for (unsigned n = 0; n < ADDRESSES; n++) {
    struct http_address a = numbered(n);
    for (; counts[n] > 0; counts[n]--)
      http_registry_leave(&registry, &a);
  }
  for (size_t i = 0; i <= registry.tallies_mask; i++)
    assert_int_equal(registry.tallies[i].count, 0);
  http_registry_free(&registry);
}

static void who_holds_a_64_counts_once(void **state)
{
  (void)state;
  struct http_registry registry = {.most = 8, .address_most = 1};
  struct http_address one, other, elsewhere;
  assert_true(http_address_parse(STR("2001:db8:0:1::1"), &one));
  assert_true(http_address_parse(STR("2001:db8:0:1:ffff::2"), &other));
  assert_true(http_address_parse(STR("2001:db8:0:2::1"), &elsewhere));
  assert_int_equal(http_registry_init(&registry), R_OK);
  assert_true(http_registry_enter(&registry, &one));
  assert_false(http_registry_enter(&registry, &other));
  assert_true(http_registry_enter(&registry, &elsewhere));
  http_registry_free(&registry);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_address_keeps_its_own_count),
      cmocka_unit_test(who_holds_a_64_counts_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
