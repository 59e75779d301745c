/* Audit events through the store: what is kept, found and masked. */
#include "store/audit.h"
#include "support/estate.h"
#include <stdlib.h>

static struct store_audit event_at(enum estate_tenant tenant)
{
  struct store_audit event = {.tenant = estate_tenant(tenant),
                              .at = clock_now(),
                              .actor_kind = STR("user"),
                              .actor = estate_user(P1_ADMIN),
                              .actor_tenant = estate_tenant(P1),
                              .actor_path = estate_path(P1),
                              .actor_title = STR("partner operator"),
                              .actor_pseudonym = STR("p_x"),
                              .action = STR("act"),
                              .outcome = STR("done"),
                              .address = STR("192.0.2.7"),
                              .count = 1};
  assert_ok(uuid_new(&event.id));
  return event;
}

static void written(const struct store_audit *event)
{
  struct change change = estate_change(P1_ADMIN, P1);
  assert_ok(store_audit_write(change.tx, event));
  estate_commit(&change);
}

static struct store_page read_at(enum estate_user reader, enum estate_tenant tenant,
                                 const struct store_audit_filter *filter)
{
  struct store_call call = estate_call(reader, tenant);
  struct uuid id = estate_tenant(tenant);
  struct store_page page = {0};
  assert_ok(store_audit_list(&call, &id, filter, &page));
  return page;
}

static void only_members_that_differ_are_kept(void **state)
{
  (void)state;
  struct store_audit event = event_at(A);
  event.action = STR("differ");
  event.before = STR("{\"name\": \"x\", \"state\": \"active\", \"gone\": null, \"updated_at\": \"1\"}");
  event.after = STR("{\"name\": \"y\", \"state\": \"active\", \"gone\": [1], \"updated_at\": \"2\"}");
  written(&event);
  assert_string_equal(estate_ask("SELECT before, after FROM audit_event WHERE action = 'differ'"),
                      "{ \"name\" : \"x\", \"gone\" : null }|{ \"name\" : \"y\", \"gone\" : [1] }");
  event.before = event.after;
  event.action = STR("same");
  assert_ok(uuid_new(&event.id));
  written(&event);
  assert_string_equal(estate_ask("SELECT before IS NULL AND after IS NULL FROM audit_event WHERE action = 'same'"),
                      "t");
}

static void those_below_read_a_kind_and_a_pseudonym(void **state)
{
  (void)state;
  struct store_audit event = event_at(A);
  struct store_audit_filter filter = {.action = STR("masked"), .limit = 10};
  event.action = filter.action;
  event.after = STR("{\"parent_id\":\"above\",\"name\":\"n\"}");
  event.named = STR("{\"parent_id\":\"/00000000/p1p1p1p1\"}");
  written(&event);
  struct store_page above = read_at(P1_ADMIN, A, &filter), below = read_at(A_ADMIN, A, &filter);
  assert_int_equal(above.count, 1);
  assert_int_equal(below.count, 1);
  assert_non_null(strstr(arena_copy(estate_arena(), above.items[0].body).p, "00000000-0000-7000-a000-000000000002"));
  assert_string_equal(estate_member(above.items[0].body, "parent_id"), "\"above\"");
  assert_string_equal(estate_member(above.items[0].body, "address"), "\"192.0.2.7\"");
  assert_string_equal(estate_member(below.items[0].body, "pseudonym"), "\"p_x\"");
  assert_string_equal(estate_member(below.items[0].body, "kind"), "\"partner operator\"");
  assert_string_equal(estate_member(below.items[0].body, "parent_id"), "null");
  assert_string_equal(estate_member(below.items[0].body, "name"), "\"n\"");
  assert_string_equal(estate_member(below.items[0].body, "address"), "null");
  assert_null(strstr(arena_copy(estate_arena(), below.items[0].body).p, "00000000-0000-7000-a000-000000000002"));
}

static void an_actor_who_is_not_named_is_not_found(void **state)
{
  (void)state;
  struct store_audit event = event_at(A);
  struct store_audit_filter filter = {.action = STR("probe"), .actor = estate_user(P1_ADMIN), .limit = 10};
  event.action = filter.action;
  written(&event);
  assert_int_equal(read_at(P1_ADMIN, A, &filter).count, 1);
  assert_int_equal(read_at(A_ADMIN, A, &filter).count, 0);
}

static void events_come_newest_first_in_pages(void **state)
{
  (void)state;
  struct store_audit_filter filter = {.action = STR("many"), .limit = 2};
  for (int i = 0; i < 5; i++) {
    struct store_audit event = event_at(B);
    event.action = filter.action;
    event.count = i;
    written(&event);
  }
  size_t seen = 0;
  int64_t expected = 4;
  for (struct store_page page = read_at(B_ADMIN, B, &filter); page.count > 0; page = read_at(B_ADMIN, B, &filter)) {
    for (size_t i = 0; i < page.count; i++, seen++, expected--)
      assert_int_equal(strtoll(estate_member(page.items[i].body, "count"), NULL, 10), expected);
    filter.before_id = page.items[page.count - 1].id;
  }
  assert_int_equal(seen, 5);
}

static void events_are_narrowed_by_time_outcome_and_object(void **state)
{
  (void)state;
  struct store_audit event = event_at(A);
  struct store_audit_filter filter = {.action = STR("narrow"), .limit = 10};
  event.action = filter.action;
  event.object = estate_user(A_PLAIN);
  written(&event);
  filter.object = estate_user(A_PLAIN);
  filter.outcome = STR("done");
  filter.from = event.at;
  filter.to = event.at + 1;
  assert_int_equal(read_at(A_ADMIN, A, &filter).count, 1);
  filter.to = event.at;
  assert_int_equal(read_at(A_ADMIN, A, &filter).count, 0);
  filter.to = 0;
  filter.outcome = STR("refused");
  assert_int_equal(read_at(A_ADMIN, A, &filter).count, 0);
}

static void a_tenant_out_of_sight_takes_no_event(void **state)
{
  (void)state;
  struct change change = estate_change(P1_ADMIN, P1);
  struct store_audit event = event_at(C);
  uint64_t revision;
  assert_ok(store_audit_write(change.tx, &event));
  assert_result(store_tx_commit(change.tx, &revision), R_INTERNAL);
  estate_abandon(&change);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(only_members_that_differ_are_kept),
      estate_test(those_below_read_a_kind_and_a_pseudonym),
      estate_test(an_actor_who_is_not_named_is_not_found),
      estate_test(events_come_newest_first_in_pages),
      estate_test(events_are_narrowed_by_time_outcome_and_object),
      estate_test(a_tenant_out_of_sight_takes_no_event),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
