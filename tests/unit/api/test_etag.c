/* A tag tells one version of one object in one view from all others, and nothing else. */
#include "api/etag.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static const struct uuid door = {{1}}, gate = {{2}}, ours = {{3}}, theirs = {{4}};

static struct str tag_of(struct arena *arena, const struct uuid *root, const struct uuid *object, int64_t version)
{
  struct api_call call = {.arena = arena, .root = *root};
  struct str tag;
  assert_int_equal(api_etag(&call, object, version, &tag), R_OK);
  return tag;
}

static void the_same_version_has_the_same_tag(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 16);
  struct str first = tag_of(arena, &ours, &door, 7), again = tag_of(arena, &ours, &door, 7);
  assert_true(str_equal(first, again));
}

static void another_version_object_or_view_has_another_tag(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 16);
  struct str tag = tag_of(arena, &ours, &door, 7);
  assert_false(str_equal(tag, tag_of(arena, &ours, &door, 8)));
  assert_false(str_equal(tag, tag_of(arena, &ours, &gate, 7)));
  assert_false(str_equal(tag, tag_of(arena, &theirs, &door, 7)));
}

static void a_tag_is_quoted_and_strong(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 16);
  struct str tag = tag_of(arena, &ours, &door, 1);
  assert_int_equal(tag.n, 18);
  assert_true(tag.p[0] == '"' && tag.p[17] == '"' && !memchr(tag.p + 1, '"', 16));
}

static void bytes_that_differ_have_tags_that_differ(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 16);
  struct api_call call = {.arena = arena};
  struct str one, same, other;
  assert_int_equal(api_etag_of(&call, STR("{}"), &one), R_OK);
  assert_int_equal(api_etag_of(&call, STR("{}"), &same), R_OK);
  assert_int_equal(api_etag_of(&call, STR("{} "), &other), R_OK);
  assert_true(str_equal(one, same) && !str_equal(one, other));
}

static void without_memory_there_is_no_tag(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(1);
  struct api_call call = {.arena = arena};
  struct str tag = STR("untouched");
  while (arena_alloc(arena, 1))
    ;
  assert_int_equal(api_etag(&call, &door, 1, &tag), R_NO_MEMORY);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_version_has_the_same_tag),
      cmocka_unit_test(another_version_object_or_view_has_another_tag),
      cmocka_unit_test(a_tag_is_quoted_and_strong),
      cmocka_unit_test(bytes_that_differ_have_tags_that_differ),
      cmocka_unit_test(without_memory_there_is_no_tag),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
