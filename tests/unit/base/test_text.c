/* Encodings against the vectors of RFC 4648 and the boundary forms of RFC 3629. */
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

/* RFC 4648 section 10, the padding left out. */
static const struct {
  const char *bytes, *hex, *base32, *base64url;
} vectors[] = {
    {"", "", "", ""},
    {"f", "66", "MY", "Zg"},
    {"fo", "666f", "MZXQ", "Zm8"},
    {"foo", "666f6f", "MZXW6", "Zm9v"},
    {"foob", "666f6f62", "MZXW6YQ", "Zm9vYg"},
    {"fooba", "666f6f6261", "MZXW6YTB", "Zm9vYmE"},
    {"foobar", "666f6f626172", "MZXW6YTBOI", "Zm9vYmFy"},
};

enum { VECTORS = sizeof vectors / sizeof *vectors };

static const unsigned char *bytes_of(const char *text) { return (const unsigned char *)text; }

static void the_vectors_of_rfc_4648_encode(void **state)
{
  (void)state;
  for (size_t i = 0; i < VECTORS; i++) {
    size_t n = strlen(vectors[i].bytes);
    char text[16];
    text_hex_encode(bytes_of(vectors[i].bytes), n, text);
    assert_memory_equal(text, vectors[i].hex, 2 * n);
    assert_int_equal(text_base32_encode(bytes_of(vectors[i].bytes), n, text), TEXT_BASE32_LENGTH(n));
    assert_memory_equal(text, vectors[i].base32, strlen(vectors[i].base32));
    assert_int_equal(TEXT_BASE32_LENGTH(n), strlen(vectors[i].base32));
    assert_int_equal(text_base64url_encode(bytes_of(vectors[i].bytes), n, text), TEXT_BASE64URL_LENGTH(n));
    assert_memory_equal(text, vectors[i].base64url, strlen(vectors[i].base64url));
    assert_int_equal(TEXT_BASE64URL_LENGTH(n), strlen(vectors[i].base64url));
  }
}

static void the_vectors_of_rfc_4648_decode(void **state)
{
  (void)state;
  for (size_t i = 0; i < VECTORS; i++) {
    size_t n = strlen(vectors[i].bytes), got = 99;
    unsigned char bytes[16];
    assert_true(text_hex_decode(str_of(vectors[i].hex), bytes));
    assert_memory_equal(bytes, vectors[i].bytes, n);
    assert_true(text_base64url_decode(str_of(vectors[i].base64url), n, bytes, &got));
    assert_int_equal(got, n);
    assert_memory_equal(bytes, vectors[i].bytes, n);
  }
}

static void every_byte_survives_every_length(void **state)
{
  (void)state;
  unsigned char in[64], out[64];
  char text[128];
  for (size_t n = 0; n <= 64; n++) {
    for (size_t i = 0; i < n; i++)
      in[i] = (unsigned char)(251 * i + 7 * n + 128);
    size_t got, length = text_base64url_encode(in, n, text);
    assert_true(text_base64url_decode((struct str){text, length}, sizeof out, out, &got));
    assert_int_equal(got, n);
    assert_memory_equal(in, out, n);
    text_hex_encode(in, n, text);
    assert_true(text_hex_decode((struct str){text, 2 * n}, out));
    assert_memory_equal(in, out, n);
  }
}

static void hex_takes_both_cases_and_whole_bytes_only(void **state)
{
  (void)state;
  unsigned char bytes[4] = {9, 9, 9, 9};
  assert_true(text_hex_decode(STR("aFF0"), bytes));
  assert_true(bytes[0] == 0xAF && bytes[1] == 0xF0 && bytes[2] == 9);
  static const char *const others[] = {"a", "abc", "0g", "g0", " a", "0x", "a\xC3", "/0", ":0", "@0", "G0", "`0"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_false(text_hex_decode(str_of(others[i]), bytes));
  assert_false(text_hex_decode(STR("a\0"), bytes));
  assert_int_equal(bytes[0], 0xAF);
}

static void base64url_refuses_all_but_its_one_form(void **state)
{
  (void)state;
  static const char *const others[] = {"Z",    "Zm9vY", "Zg==",   "Zm8=", "Zg=", "=",     "Zm9+",  "Zm9/",
                                       "Zm 9", " Zm9v", "Zm9v\n", "Zh",   "Zj",  "Zn",    "Zv",    "Z_",
                                       "Zm9",  "Zm-",   "Zm_",    "AB",   "__",  "A\xC3", "\xC3g", "Zm9vZh"};
  unsigned char bytes[16] = {9};
  size_t n = 77;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (text_base64url_decode(str_of(others[i]), sizeof bytes, bytes, &n))
      fail_msg("accepted %s", others[i]);
  assert_false(text_base64url_decode(STR("Z\0"), sizeof bytes, bytes, &n));
  assert_int_equal(n, 77);
  assert_int_equal(bytes[0], 9);
  assert_true(text_base64url_decode(STR("_-8"), sizeof bytes, bytes, &n));
  assert_true(n == 2 && bytes[0] == 0xFF && bytes[1] == 0xEF);
}

static void base64_differs_from_base64url_in_two_letters(void **state)
{
  (void)state;
  unsigned char in[64], out[64];
  char text[96], url[96];
  for (size_t n = 0; n <= sizeof in; n++) {
    for (size_t i = 0; i < n; i++)
      in[i] = (unsigned char)(211 * i + 13 * n + 190);
    size_t got, length = text_base64_encode(in, n, text);
    assert_int_equal(text_base64url_encode(in, n, url), length);
    for (size_t i = 0; i < length; i++)
      assert_int_equal(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i], url[i]);
    assert_true(text_base64_decode((struct str){text, length}, sizeof out, out, &got));
    assert_true(got == n && memcmp(in, out, n) == 0);
  }
  assert_true(text_base64_decode(STR("+/8"), sizeof out, out, &(size_t){0}));
  assert_false(text_base64_decode(STR("-_8"), sizeof out, out, &(size_t){0}));
  assert_false(text_base64_decode(STR("+/9"), sizeof out, out, &(size_t){0}));
}

static void each_spare_bit_of_the_last_character_must_be_zero(void **state)
{
  (void)state;
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned char bytes[2];
  size_t n;
  for (size_t i = 0; i < 64; i++) {
    char two[] = {'A', alphabet[i]}, three[] = {'A', 'A', alphabet[i]};
    assert_int_equal(text_base64url_decode((struct str){two, 2}, 2, bytes, &n), i % 16 == 0);
    assert_int_equal(text_base64url_decode((struct str){three, 3}, 2, bytes, &n), i % 4 == 0);
  }
}

static void base64url_keeps_within_the_room(void **state)
{
  (void)state;
  unsigned char bytes[4] = {0, 0, 0, 0xEE};
  size_t n = 77;
  assert_false(text_base64url_decode(STR("Zm9vYg"), 3, bytes, &n));
  assert_int_equal(n, 77);
  assert_true(text_base64url_decode(STR("Zm9v"), 3, bytes, &n));
  assert_int_equal(bytes[3], 0xEE);
  assert_true(text_base64url_decode(STR_NONE, 0, bytes, &n));
  assert_int_equal(n, 0);
}

static void the_boundary_forms_of_utf8_are_read(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    size_t length;
  } forms[] = {{"\x01", 1},         {"\x7F", 1},         {"\xC2\x80", 2},         {"\xDF\xBF", 2},
               {"\xE0\xA0\x80", 3}, {"\xED\x9F\xBF", 3}, {"\xEE\x80\x80", 3},     {"\xEF\xBF\xBF", 3},
               {"\xE2\x80\xA8", 3}, {"\xEF\xBB\xBF", 3}, {"\xF0\x90\x80\x80", 4}, {"\xF4\x8F\xBF\xBF", 4}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    assert_int_equal(text_utf8_next(str_of(forms[i].text)), forms[i].length);
    assert_true(text_utf8_valid(str_of(forms[i].text)));
    assert_int_equal(text_utf8_count(str_of(forms[i].text)), 1);
    if (forms[i].length > 1)
      assert_int_equal(text_utf8_next((struct str){forms[i].text, forms[i].length - 1}), 0);
  }
  assert_int_equal(text_utf8_next(STR("\0")), 1);
}

static void what_is_not_utf8_is_refused(void **state)
{
  (void)state;
  static const char *const texts[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xC2\x7F",
                                      "\xC2\xC0",
                                      "\xE0\x80\x80",
                                      "\xE0\x9F\xBF",
                                      "\xE1\x80",
                                      "\xE1\x80\x7F",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xF0\x80\x80\x80",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF0\x90\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xF8\x88\x80\x80\x80",
                                      "\xFE",
                                      "\xFF"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    assert_int_equal(text_utf8_next(str_of(texts[i])), 0);
    assert_false(text_utf8_valid(str_of(texts[i])));
  }
  assert_false(text_utf8_valid(STR("good\xFF")));
  assert_int_equal(text_utf8_next(STR_NONE), 0);
  assert_true(text_utf8_valid(STR_NONE));
}

/* The second opinion: decodes the number and asks whether its shortest form has this length. */
static bool is_character(const unsigned char *p, size_t n)
{
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t code = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
  for (size_t i = 1; i < n; i++) {
    if ((p[i] & 0xC0) != 0x80)
      return false;
    code = code << 6 | (p[i] & 0x3Fu);
  }
  static const unsigned char masks[] = {0, 0x80, 0xE0, 0xF0, 0xF8}, heads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  return (p[0] & masks[n]) == heads[n] && code >= least[n] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

static void every_pair_of_first_bytes_is_judged_as_by_decoding(void **state)
{
  (void)state;
  for (unsigned pair = 0; pair < 0x10000; pair++) {
    unsigned char p[4] = {(unsigned char)(pair >> 8), (unsigned char)pair, 0x80, 0xBF};
    size_t expected = 0;
    for (size_t n = 1; n <= 4; n++)
      expected = is_character(p, n) ? n : expected;
    if (text_utf8_next((struct str){(const char *)p, 4}) != expected)
      fail_msg("%04x", pair);
  }
}

static void code_points_are_counted(void **state)
{
  (void)state;
  assert_int_equal(text_utf8_count(STR("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z")), 5);
  assert_int_equal(text_utf8_count(STR("e\xCC\x81")), 2);
  assert_int_equal(text_utf8_count(STR_NONE), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_vectors_of_rfc_4648_encode),
      cmocka_unit_test(the_vectors_of_rfc_4648_decode),
      cmocka_unit_test(every_byte_survives_every_length),
      cmocka_unit_test(hex_takes_both_cases_and_whole_bytes_only),
      cmocka_unit_test(base64url_refuses_all_but_its_one_form),
      cmocka_unit_test(base64_differs_from_base64url_in_two_letters),
      cmocka_unit_test(each_spare_bit_of_the_last_character_must_be_zero),
      cmocka_unit_test(base64url_keeps_within_the_room),
      cmocka_unit_test(the_boundary_forms_of_utf8_are_read),
      cmocka_unit_test(what_is_not_utf8_is_refused),
      cmocka_unit_test(every_pair_of_first_bytes_is_judged_as_by_decoding),
      cmocka_unit_test(code_points_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
