/* QR codes as SVG: their form here; that a reader reads them, tests/api shows. */
#include "authn/qr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static size_t count(struct str text, const char *part)
{
  size_t found = 0;
  for (const char *p = text.p; (p = strstr(p, part)); p += strlen(part))
    found++;
  return found;
}

static void a_text_becomes_one_image(void **state)
{
  (void)state;
  struct str svg;
  struct arena *arena CLEANUP(arena_free) = arena_new(1 << 20);
  assert_int_equal(authn_qr_svg(STR("otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQ"), arena, &svg), R_OK);
  assert_true(str_starts(svg, STR("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")));
  assert_int_equal(count(svg, "<svg"), 1);
  assert_int_equal(count(svg, "<path"), 2);
  assert_int_equal(count(svg, "</svg>"), 1);
  /* Nothing of the text stands in it, and nothing that a browser would run or fetch. */
  assert_int_equal(count(svg, "GEZDG") + count(svg, "otpauth") + count(svg, "script") + count(svg, "href"), 0);
}

static void the_same_text_is_the_same_image(void **state)
{
  (void)state;
  struct str one, two, other;
  struct arena *arena CLEANUP(arena_free) = arena_new(1 << 20);
  assert_int_equal(authn_qr_svg(STR("a"), arena, &one), R_OK);
  assert_int_equal(authn_qr_svg(STR("a"), arena, &two), R_OK);
  assert_int_equal(authn_qr_svg(STR("b"), arena, &other), R_OK);
  assert_true(str_equal(one, two));
  assert_false(str_equal(one, other));
  assert_true(count(one, "viewBox=\"0 0 29 29\"") == 1); /* version 1 has 21 modules, and 4 of quiet at each side */
}

static void what_is_too_long_for_a_code_is_said_so(void **state)
{
  (void)state;
  static char text[3000];
  struct str svg = STR_NONE;
  struct arena *arena CLEANUP(arena_free) = arena_new(1 << 20);
  memset(text, 'a', sizeof text);
  assert_int_equal(authn_qr_svg((struct str){text, 2331}, arena, &svg), R_OK); /* version 40, level M, bytes */
  svg = STR_NONE;
  assert_int_equal(authn_qr_svg((struct str){text, 2332}, arena, &svg), R_TOO_LARGE);
  assert_null(svg.p);
}

static void without_memory_there_is_no_image(void **state)
{
  (void)state;
  struct str svg = STR_NONE;
  struct arena *arena CLEANUP(arena_free) = arena_new(1024);
  assert_int_equal(authn_qr_svg(STR("a"), arena, &svg), R_NO_MEMORY);
  assert_null(svg.p);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_becomes_one_image),
      cmocka_unit_test(the_same_text_is_the_same_image),
      cmocka_unit_test(what_is_too_long_for_a_code_is_said_so),
      cmocka_unit_test(without_memory_there_is_no_image),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
