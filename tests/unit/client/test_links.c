/* Links of an import: a line for each whom it made, whatever came of them. */
#include "client/links.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define PAGE                                                                                                           \
  "{\"items\":[{\"line\":1,\"sent\":false,\"link\":\"https://x/accept#token=t\",\"code\":null},"                       \
  "{\"line\":2,\"sent\":true,\"link\":null,\"code\":null},{\"line\":3,\"sent\":false,\"link\":null,\"code\":\"wrong_"  \
  "state\"}],\"next\":null}"

static void written_as(struct str page, bool json, enum result wanted, const char *text)
{
  struct arena *arena = arena_new(1 << 20);
  struct buf out = buf_in(arena, 4096);
  assert_int_equal(client_links_put(page, json, arena, &out), wanted);
  assert_string_equal(out.n ? buf_str(&out).p : "", text);
  arena_free(&arena);
}

static void each_is_told_what_came_of_it(void **state)
{
  (void)state;
  written_as(STR(PAGE), false, R_OK, "line 1: https://x/accept#token=t\nline 2: sent by mail\nline 3: wrong_state\n");
}

static void as_json_they_are_what_the_service_says(void **state)
{
  (void)state;
  written_as(STR("{\"items\":[{\"line\":1},{\"line\":2}]}"), true, R_OK, "{\"line\":1}\n{\"line\":2}\n");
}

static void what_is_no_page_is_not_understood(void **state)
{
  (void)state;
  written_as(STR("[]"), false, R_MALFORMED, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_told_what_came_of_it),
      cmocka_unit_test(as_json_they_are_what_the_service_says),
      cmocka_unit_test(what_is_no_page_is_not_understood),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
