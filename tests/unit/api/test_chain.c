/* A chain is shown with what the caller sees of it, and null for the rest. */
#include "pdp/world.h"

#include "api/chain.h"

/* Of two chains, what only the first of is seen. */
static struct str shown(struct arena *arena, void (*put)(struct json_writer *w, const struct api_chains *c, size_t i),
                        size_t i)
{
  struct bw_chain list[] = {{.grant = id(1), .role = id(2), .up = 1}, {.grant = id(3), .role = id(4)}};
  struct store_object seen[] = {{.id = policy_uuid(&list[0].role), .body = STR("{\"name\":\"viewer\"}")},
                                {.id = policy_uuid(&list[0].grant), .body = STR("{\"id\":1}")}};
  struct api_chains chains = {.list = list, .count = 2, .seen = {seen, 2}};
  struct buf text = buf_in(arena, 1024);
  struct json_writer w = json_writer_on(&text);
  json_open(&w, '{');
  put(&w, &chains, i);
  json_close(&w, '}');
  return buf_str(&text);
}

static void what_is_not_seen_is_null(void **state)
{
  (void)state;
  struct arena *arena = arena_new(1 << 16);
  assert_string_equal(shown(arena, api_chain_put_grant, 0).p, "{\"grant\":{\"id\":1}}");
  assert_string_equal(shown(arena, api_chain_put_grant, 1).p, "{\"grant\":null}");
  assert_string_equal(shown(arena, api_chain_put_role, 0).p, "{\"role\":{\"name\":\"viewer\"}}");
  assert_string_equal(shown(arena, api_chain_put_role, 1).p, "{\"role\":null}");
  arena_free(&arena);
}

static void what_was_given_above_is_inherited(void **state)
{
  (void)state;
  struct arena *arena = arena_new(1 << 16);
  assert_string_equal(shown(arena, api_chain_put_inherited, 0).p, "{\"inherited\":true}");
  assert_string_equal(shown(arena, api_chain_put_inherited, 1).p, "{\"inherited\":false}");
  arena_free(&arena);
}

static void a_permission_that_is_none_is_named(void **state)
{
  (void)state;
  struct arena *arena = arena_new(1 << 16);
  struct api_call call = {.arena = arena};
  enum bw_permission permission = BW_PERMISSION_NONE;
  assert_int_equal(api_chain_permission(&call, "action", STR("user:read"), &permission), R_OK);
  assert_int_equal(permission, BW_USER_READ);
  assert_int_equal(api_chain_permission(&call, "action", STR("door:open"), &permission), R_MALFORMED);
  assert_true(call.error_count == 1 && str_is(call.errors[0].field, "action"));
  arena_free(&arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_seen_is_null),
      cmocka_unit_test(what_was_given_above_is_inherited),
      cmocka_unit_test(a_permission_that_is_none_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
