/* Items of a page: each comes out as it was written, whatever stands within it. */
#include "client/items.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void items_are(struct str page, size_t count, const char *const *wanted)
{
  struct str rest, item;
  assert_true(client_items_open(page, &rest));
  for (size_t i = 0; i < count; i++) {
    assert_true(client_items_next(&rest, &item));
    assert_true(str_is(item, wanted[i]));
  }
  assert_false(client_items_next(&rest, &item));
}

#define ARE(page, ...)                                                                                                 \
  items_are(STR(page), sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *const[]){__VA_ARGS__})

static void each_is_as_it_was_written(void **state)
{
  (void)state;
  ARE("{\"items\" : [{\"a\" : 1}, \n {\"b\":[1,{\"c\":2}]} ], \"next_cursor\" : null}", "{\"a\" : 1}",
      "{\"b\":[1,{\"c\":2}]}");
  ARE("{\"next_cursor\":\"x\",\"items\":[1,\"two\",null]}", "1", "\"two\"", "null");
}

static void brackets_and_quotes_in_texts_are_none(void **state)
{
  (void)state;
  ARE("{\"x\": \"]}\\\"\", \"items\": [{\"a\": \"},]\\\\\"}, \"\\\"]\"]}", "{\"a\": \"},]\\\\\"}", "\"\\\"]\"");
}

static void an_empty_list_has_none(void **state)
{
  (void)state;
  items_are(STR("{\"items\": [], \"next_cursor\": null}"), 0, NULL);
  items_are(STR("{\"items\": [ \n ]}"), 0, NULL);
}

static void what_is_no_page_has_none(void **state)
{
  (void)state;
  struct str rest;
  static const char *const pages[] = {"",           "[]",   "{}", "{\"items\": 1}", "{\"a\": {\"items\": []}}",
                                      "{\"items\"", "items"};
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
    assert_false(client_items_open(str_of(pages[i]), &rest));
}

static void what_breaks_off_ends(void **state)
{
  (void)state;
  struct str rest, item;
  assert_true(client_items_open(STR("{\"items\": [{\"a\": \"b"), &rest));
  assert_true(client_items_next(&rest, &item));
  assert_false(client_items_next(&rest, &item));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_as_it_was_written), cmocka_unit_test(brackets_and_quotes_in_texts_are_none),
      cmocka_unit_test(an_empty_list_has_none),    cmocka_unit_test(what_is_no_page_has_none),
      cmocka_unit_test(what_breaks_off_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
