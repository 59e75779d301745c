/* Places for what goes on for long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "http/share.h"

static struct http_share share;

static int open_share(void **state)
{
  (void)state;
  assert_int_equal(http_share_init(&share, 3, 2), R_OK);
  return 0;
}

static struct http_place of(const char *owner) { return (struct http_place){.owner = str_of(owner)}; }

static void there_are_so_many_in_all(void **state)
{
  (void)state;
  struct http_place places[] = {of("a"), of("b"), of("c"), of("d")};
  for (int i = 0; i < 3; i++)
    assert_int_equal(http_share_enter(&share, &places[i]), R_OK);
  assert_int_equal(http_share_enter(&share, &places[3]), R_BUSY);
  http_share_leave(&places[1]);
  assert_int_equal(http_share_enter(&share, &places[3]), R_OK);
  assert_int_equal(share.open, 3);
}

static void one_owner_leaves_room_for_others(void **state)
{
  (void)state;
  struct http_place places[] = {of("a"), of("a"), of("a"), of("b")};
  assert_int_equal(http_share_enter(&share, &places[0]), R_OK);
  assert_int_equal(http_share_enter(&share, &places[1]), R_OK);
  assert_int_equal(http_share_enter(&share, &places[2]), R_BUSY);
  assert_int_equal(http_share_enter(&share, &places[3]), R_OK);
  http_share_leave(&places[0]);
  http_share_leave(&places[3]);
  assert_int_equal(http_share_enter(&share, &places[2]), R_OK);
}

static void what_was_refused_has_no_place_to_give_back(void **state)
{
  (void)state;
  struct http_place places[] = {of("a"), of("a"), of("a")};
  assert_int_equal(http_share_enter(&share, &places[0]), R_OK);
  assert_int_equal(http_share_enter(&share, &places[1]), R_OK);
  assert_int_equal(http_share_enter(&share, &places[2]), R_BUSY);
  http_share_leave(&places[2]);
  assert_int_equal(share.open, 2);
  http_share_leave(&places[0]);
  http_share_leave(&places[0]);
  assert_int_equal(share.open, 1);
}

static void its_metrics_tell_who_was_refused(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *arena = arena_new(1 << 20);
  struct buf text = buf_in(arena, 1 << 16);
  struct http_place places[] = {of("a"), of("a"), of("a")};
  for (int i = 0; i < 3; i++)
    (void)!http_share_enter(&share, &places[i]);
  http_share_print(&share, "things", "What they are.", &text);
  struct str all = buf_str(&text);
  assert_non_null(strstr(all.p, "\nthings 2\n"));
  assert_non_null(strstr(all.p, "\nthings_refused_total 1\n"));
}

int main(void)
{
#define SHARED(test) cmocka_unit_test_setup(test, open_share)
  const struct CMUnitTest tests[] = {
      SHARED(there_are_so_many_in_all),
      SHARED(one_owner_leaves_room_for_others),
      SHARED(what_was_refused_has_no_place_to_give_back),
      SHARED(its_metrics_tell_who_was_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
