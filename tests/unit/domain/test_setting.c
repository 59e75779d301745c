/* Settings of a subtree: the fold over random trees, and what may be set below what. */
#include "domain/security.h"
#include "base/network.h"
#include "support/estate.h"
#include <stdio.h>

enum { NODES = 40, TREES = 60, DEEP = 16, ADDRESSES = 60 };

static const struct domain_limits limits = {.session_time = 43200 * CLOCK_SECOND,
                                            .session_idle_time = 3600 * CLOCK_SECOND,
                                            .account_attempts = 10,
                                            .address_attempts = 100};

static uint64_t seed = 0x9E3779B97F4A7C15;

static unsigned chance(unsigned below)
{
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)(seed >> 33) % below;
}

struct node {
  int parent; /* -1: the root */
  int depth;
  struct str path;
  struct str own[SETTING__COUNT]; /* .p NULL: not set */
};

static struct str any_network(void)
{
  unsigned bits = 8 * (1 + chance(3));
  return arena_print(estate_arena(), "10.%u.%u.0/%u", bits > 8 ? chance(3) : 0, bits > 16 ? chance(3) : 0, bits);
}

/* Three disjoint networks or fewer, or some of six words. */
static struct str any_list(enum setting_kind kind)
{
  struct str lines = kind == SETTING_NETWORKS ? any_network() : arena_print(estate_arena(), "word%u", chance(6));
  for (unsigned i = chance(3); i > 0; i--)
    lines = kind == SETTING_NETWORKS ? arena_print(estate_arena(), "%s\n192.0.%u.0/24", lines.p, i)
                                     : arena_print(estate_arena(), "%s\nword%u", lines.p, chance(6));
  return lines;
}

static struct str any_value(enum setting setting)
{
  const struct setting_rule *rule = domain_setting_rule(setting);
  int64_t number = rule->least + (int64_t)chance((unsigned)(rule->most - rule->least + 1));
  switch (rule->kind) {
  case SETTING_NETWORKS:
  case SETTING_WORDS:
    return any_list(rule->kind);
  case SETTING_FLAG:
    return number ? STR("true") : STR("false");
  case SETTING_CHOICE:
    return domain_setting_word(setting, number);
  case SETTING_NUMBER:
  case SETTING_TIME:
    break;
  }
  if (rule->tighter == SETTING_SMALLER_OR_OFF && chance(4) == 0)
    number = 0;
  return arena_print(estate_arena(), "%lld", (long long)number);
}

static void grow(struct node *nodes)
{
  nodes[0] = (struct node){.parent = -1, .depth = 1, .path = STR("/root0000")};
  for (int i = 1; i < NODES; i++) {
    int parent = (int)chance((unsigned)i);
    while (nodes[parent].depth == DEEP)
      parent = nodes[parent].parent;
    nodes[i] = (struct node){.parent = parent,
                             .depth = nodes[parent].depth + 1,
                             .path = arena_print(estate_arena(), "%s/%08d", nodes[parent].path.p, i)};
  }
  for (int i = 0; i < NODES; i++)
    for (int k = 0; k < SETTING__COUNT; k++)
      nodes[i].own[k] = chance(3) == 0 ? any_value((enum setting)k) : STR_NONE;
}

/* The nodes from the root down to one. */
static int line_of(const struct node *nodes, int node, int line[DEEP])
{
  int depth = nodes[node].depth;
  for (int at = node, i = depth - 1; i >= 0; at = nodes[at].parent, i--)
    line[i] = at;
  return depth;
}

static struct setting_view folded(const struct node *nodes, int node)
{
  static struct store_setting rows[DEEP * SETTING__COUNT];
  struct store_settings settings = {nodes[node].path, rows, 0};
  struct setting_view view;
  int line[DEEP], depth = line_of(nodes, node, line);
  for (int i = 0; i < depth; i++)
    for (int k = 0; k < SETTING__COUNT; k++)
      if (nodes[line[i]].own[k].p)
        rows[settings.count++] = (struct store_setting){
            .tenant = {{(unsigned char)(line[i] + 1)}},
            .path = nodes[line[i]].path,
            .name = str_of(domain_setting_rule((enum setting)k)->name),
            .value = nodes[line[i]].own[k],
        };
  assert_ok(domain_setting_fold(&limits, &settings, estate_arena(), &view));
  return view;
}

static bool in_lines(struct str lines, struct str line)
{
  while (lines.n > 0)
    if (str_equal(str_cut(&lines, '\n'), line))
      return true;
  return false;
}

static bool admits(struct str networks, struct str address)
{
  struct network one, from;
  assert_true(network_parse(address, &from));
  while (networks.n > 0) {
    assert_true(network_parse(str_cut(&networks, '\n'), &one));
    if (network_holds(&one, &from))
      return true;
  }
  return false;
}

/* How tight a number is: what is larger is tighter. */
static int64_t tightness(enum setting setting, struct str own)
{
  const struct setting_rule *rule = domain_setting_rule(setting);
  unsigned long long number = 0;
  if (rule->kind == SETTING_FLAG)
    number = str_is(own, "true");
  else if (rule->kind == SETTING_CHOICE)
    while (!str_equal(domain_setting_word(setting, (int64_t)number), own))
      number++;
  else
    assert_true(str_number(own, INT64_MAX, &number));
  if (rule->tighter == SETTING_LARGER)
    return (int64_t)number;
  return rule->tighter == SETTING_SMALLER_OR_OFF && number == 0 ? INT64_MIN : -(int64_t)number;
}

static int64_t tightness_of(enum setting setting, const struct setting_value *value)
{
  const struct setting_rule *rule = domain_setting_rule(setting);
  if (rule->tighter == SETTING_LARGER)
    return value->number;
  return rule->tighter == SETTING_SMALLER_OR_OFF && value->number == 0 ? INT64_MIN : -value->number;
}

static void check_list(const struct setting_value *value, struct str own, enum setting_kind kind)
{
  for (struct str rest = own; kind == SETTING_WORDS && rest.n > 0;)
    assert_true(in_lines(value->lines, str_cut(&rest, '\n')));
  for (int i = 0; kind == SETTING_NETWORKS && i < ADDRESSES; i++) {
    struct str address = arena_print(estate_arena(), "10.%u.%u.%u", chance(3), chance(3), chance(256));
    assert_true(!admits(value->lines, address) || admits(own, address));
  }
}

/* No looser than the setting that it lies within, and no tighter than that and its own say. */
static void check_within(const struct setting_view *view, enum setting setting)
{
  enum setting within = domain_setting_rule(setting)->within;
  if (within == SETTING_ALONE)
    return;
  int64_t found = tightness_of(setting, &view->value[setting]), bound = tightness_of(within, &view->value[within]);
  assert_true(found >= bound);
  if (view->own[setting].origin == SETTING_BY_DEFAULT && view->value[setting].origin == SETTING_BY_TENANT)
    assert_int_equal(found, bound);
}

/* What every list on the line admits, the fold admits: it is no tighter than they are together. */
static void check_exact(const struct node *nodes, int node, const struct setting_value *networks)
{
  int line[DEEP], depth = line_of(nodes, node, line);
  for (int k = 0; k < ADDRESSES; k++) {
    struct str address = arena_print(estate_arena(), "10.%u.%u.%u", chance(3), chance(3), chance(256));
    bool all = true, any = false;
    for (int i = 0; i < depth; i++) {
      struct str own = nodes[line[i]].own[SETTING_networks];
      any = any || own.p;
      all = all && (!own.p || admits(own, address));
    }
    assert_int_equal(any, networks->lines.p != NULL);
    assert_true(!any || all == admits(networks->lines, address));
  }
}

static void what_holds_is_never_looser_than_what_any_ancestor_set(void **state)
{
  static struct node nodes[NODES];
  (void)state;
  for (int tree = 0; tree < TREES; tree++) {
    grow(nodes);
    for (int node = 0; node < NODES; node++) {
      struct setting_view view = folded(nodes, node);
      int line[DEEP], depth = line_of(nodes, node, line);
      for (int i = 0; i < depth; i++)
        for (int k = 0; k < SETTING__COUNT; k++) {
          enum setting setting = (enum setting)k;
          const struct setting_rule *rule = domain_setting_rule(setting);
          struct str own = nodes[line[i]].own[k];
          if (own.p && (rule->kind == SETTING_NETWORKS || rule->kind == SETTING_WORDS))
            check_list(&view.value[k], own, rule->kind);
          else if (own.p && rule->tighter != SETTING_LOCKED)
            assert_true(tightness_of(setting, &view.value[k]) >= tightness(setting, own));
        }
      for (int k = 0; k < SETTING__COUNT; k++)
        check_within(&view, (enum setting)k);
      check_exact(nodes, node, &view.value[SETTING_networks]);
    }
  }
}

static void what_is_locked_is_what_the_highest_says(void **state)
{
  static struct node nodes[NODES];
  (void)state;
  for (int tree = 0; tree < TREES; tree++) {
    grow(nodes);
    for (int node = 0; node < NODES; node++) {
      struct setting_view view = folded(nodes, node);
      int line[DEEP], depth = line_of(nodes, node, line), i = 0;
      while (i < depth && !nodes[line[i]].own[SETTING_password_most].p)
        i++;
      int64_t said = i < depth ? -tightness(SETTING_password_most, nodes[line[i]].own[SETTING_password_most]) : 128;
      assert_int_equal(view.value[SETTING_password_most].number, said);
    }
  }
}

static struct setting_view of_rows(const struct store_setting *rows, size_t count, const char *path)
{
  struct store_settings settings = {str_of(path), rows, count};
  struct setting_view view;
  assert_ok(domain_setting_fold(&limits, &settings, estate_arena(), &view));
  return view;
}

static void nothing_set_is_what_the_process_says(void **state)
{
  (void)state;
  struct setting_view view = of_rows(NULL, 0, "/aaaaaaaa/bbbbbbbb");
  assert_int_equal(view.value[SETTING_password_least_single].number, 15);
  assert_int_equal(view.value[SETTING_password_least].number, 8);
  assert_int_equal(view.value[SETTING_session_time].number, 43200);
  assert_int_equal(view.value[SETTING_session_idle_time].number, 3600);
  assert_int_equal(view.value[SETTING_account_attempts].number, 10);
  assert_int_equal(view.value[SETTING_address_attempts].number, 100);
  assert_null(view.value[SETTING_networks].lines.p);
  for (int i = 0; i < SETTING__COUNT; i++)
    assert_int_equal(view.value[i].origin, SETTING_BY_DEFAULT);
}

static void the_root_alone_may_be_looser_than_the_default(void **state)
{
  (void)state;
  struct store_setting rows[] = {
      {.path = STR("/aaaaaaaa"), .name = STR("account_attempts"), .value = STR("50")},
      {.path = STR("/aaaaaaaa/bbbbbbbb"), .name = STR("session_time"), .value = STR("86400")}};
  struct setting_view view = of_rows(rows, 2, "/aaaaaaaa/bbbbbbbb");
  assert_int_equal(view.value[SETTING_account_attempts].number, 50);
  assert_int_equal(view.value[SETTING_session_time].number, 43200);
  assert_int_equal(view.own[SETTING_session_time].number, 86400);
}

static void it_is_said_who_set_it_and_on_a_tie_the_highest(void **state)
{
  (void)state;
  struct store_setting rows[] = {
      {.path = STR("/aaaaaaaa"), .name = STR("password_history"), .value = STR("3")},
      {.tenant = {{1}}, .path = STR("/aaaaaaaa/bbbbbbbb"), .name = STR("password_history"), .value = STR("5")},
      {.tenant = {{2}}, .path = STR("/aaaaaaaa/bbbbbbbb/cccccccc"), .name = STR("password_history"), .value = STR("5")},
      {.tenant = {{2}},
       .path = STR("/aaaaaaaa/bbbbbbbb/cccccccc"),
       .name = STR("password_strength"),
       .value = STR("3")},
  };
  struct setting_view view = of_rows(rows, 4, "/aaaaaaaa/bbbbbbbb/cccccccc");
  const struct setting_value *history = &view.value[SETTING_password_history],
                             *strength = &view.value[SETTING_password_strength];
  assert_int_equal(history->origin, SETTING_BY_INHERITANCE);
  assert_int_equal(history->tenant.b[0], 1);
  assert_int_equal(strength->origin, SETTING_BY_TENANT);
  assert_int_equal(strength->tenant.b[0], 2);
  view = of_rows(rows, 1, "/aaaaaaaa/bbbbbbbb");
  assert_int_equal(view.value[SETTING_password_history].origin, SETTING_BY_INHERITANCE);
  assert_true(uuid_is_zero(&view.value[SETTING_password_history].tenant));
}

static void a_list_that_several_say_names_none_of_them(void **state)
{
  (void)state;
  struct store_setting rows[] = {
      {.tenant = {{1}}, .path = STR("/aaaaaaaa/bbbbbbbb"), .name = STR("password_words"), .value = STR("one")},
      {.tenant = {{1}},
       .path = STR("/aaaaaaaa/bbbbbbbb"),
       .name = STR("networks"),
       .value = STR("10.0.0.0/8\n192.0.2.0/24")},
      {.tenant = {{2}}, .path = STR("/aaaaaaaa/bbbbbbbb/cccccccc"), .name = STR("password_words"), .value = STR("two")},
      {.tenant = {{2}},
       .path = STR("/aaaaaaaa/bbbbbbbb/cccccccc"),
       .name = STR("networks"),
       .value = STR("10.9.0.0/16")},
  };
  struct setting_view view = of_rows(rows, 4, "/aaaaaaaa/bbbbbbbb/cccccccc");
  const struct setting_value *words = &view.value[SETTING_password_words], *networks = &view.value[SETTING_networks];
  assert_true(str_is(words->lines, "one\ntwo"));
  assert_int_equal(words->origin, SETTING_BY_SEVERAL);
  assert_true(uuid_is_zero(&words->tenant));
  /* What lies within what holds above is its own alone. */
  assert_int_equal(networks->origin, SETTING_BY_TENANT);
  assert_int_equal(networks->tenant.b[0], 2);
  view = of_rows(rows, 4, "/aaaaaaaa/bbbbbbbb/cccccccc/dddddddd");
  assert_int_equal(view.value[SETTING_password_words].origin, SETTING_BY_INHERITANCE);
  assert_true(uuid_is_zero(&view.value[SETTING_password_words].tenant));
}

static void a_row_that_is_no_value_denies_and_one_unknown_does_not_count(void **state)
{
  (void)state;
  struct setting_view view = {.top = true};
  static const char *const wrong[][2] = {{"password_history", "many"},
                                         {"password_history", "-1"},
                                         {"second_factor", "some"},
                                         {"password_change_first", "1"}};
  for (size_t i = 0; i < 4; i++) {
    struct store_setting row = {.path = STR("/aaaaaaaa"), .name = str_of(wrong[i][0]), .value = str_of(wrong[i][1])};
    assert_result(
        domain_setting_fold(&limits, &(struct store_settings){STR("/aaaaaaaa"), &row, 1}, estate_arena(), &view),
        R_INTERNAL);
  }
  struct store_setting newer = {.path = STR("/aaaaaaaa"), .name = STR("of_tomorrow"), .value = STR("1")};
  (void)of_rows(&newer, 1, "/aaaaaaaa");
  struct store_setting outside = {.path = STR("/aaaaaaaa"), .name = STR("password_least_single"), .value = STR("3")};
  assert_int_equal(of_rows(&outside, 1, "/aaaaaaaa").value[SETTING_password_least_single].number, 15);
}

/* Setting. */

static enum result set_number(struct change *change, enum estate_tenant tenant, enum setting setting, int64_t number,
                              struct setting_refusals *refusals)
{
  struct setting_patch patch = {.setting = setting, .number = number};
  struct setting_change wanted = {.tenant = estate_tenant(tenant),
                                  .section = SETTING_SECURITY,
                                  .object_kind = "security_policy",
                                  .patches = &patch,
                                  .count = 1};
  assert_ok(domain_setting_hold(change, &wanted.tenant));
  return domain_setting_set(change, &wanted, refusals);
}

static enum result set_list(struct change *change, enum estate_tenant tenant, struct setting_patch patch,
                            struct setting_refusals *refusals)
{
  struct setting_change wanted = {.tenant = estate_tenant(tenant),
                                  .section = SETTING_SECURITY,
                                  .object_kind = "security_policy",
                                  .patches = &patch,
                                  .count = 1};
  return domain_setting_set(change, &wanted, refusals);
}

static void a_child_may_only_tighten_and_is_told_the_bound(void **state)
{
  (void)state;
  struct setting_refusals refusals;
  struct change above = estate_change(P1_ADMIN, P1);
  assert_ok(set_number(&above, P1, SETTING_password_least_single, 20, &refusals));
  assert_ok(set_number(&above, P1, SETTING_session_time, 7200, &refusals));
  assert_ok(set_number(&above, P1, SETTING_second_factor, 1, &refusals));
  assert_ok(set_number(&above, P1, SETTING_password_age, 864000, &refusals));
  assert_ok(set_number(&above, P1, SETTING_password_most, 200, &refusals));
  assert_ok(set_number(&above, P1, SETTING_service_session_time, 3600, &refusals));
  assert_int_equal(above.events, 6);
  estate_commit(&above);
  struct change change = estate_change(A_ADMIN, A);
  static const struct {
    enum setting setting;
    int64_t loose, tight;
    const char *message;
  } tries[] = {
      {SETTING_password_least_single, 19, 20, "Must be at least 20, which holds above"},
      {SETTING_session_time, 7201, 7200, "Must be at most 7200, which holds above"},
      {SETTING_second_factor, 0, 2, "Must be at least privileged, which holds above"},
      {SETTING_password_age, 0, 86400, "Must be 1 to 864000, which holds above"},
      {SETTING_password_most, 128, 200, "Is set to 200 above"},
      {SETTING_account_attempts, 11, 9, "Must be at most 10, which holds above"},
      {SETTING_partner_session_time, 7201, 3600, "Must be at most 7200, which holds above"},
      {SETTING_service_session_time, 3601, 600, "Must be at most 3600, which holds above"},
      {SETTING_partner_second_factor, 0, 2, "Must be at least privileged, which holds above"},
  };
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    assert_result(set_number(&change, A, tries[i].setting, tries[i].loose, &refusals), R_OUT_OF_BOUNDS);
    assert_int_equal(refusals.count, 1);
    assert_int_equal(refusals.list[0].setting, tries[i].setting);
    assert_string_equal(refusals.list[0].code, "too_loose");
    assert_string_equal(refusals.list[0].message, tries[i].message);
    assert_ok(set_number(&change, A, tries[i].setting, tries[i].tight, &refusals));
  }
  estate_abandon(&change);
}

static void nobody_leaves_the_bounds(void **state)
{
  (void)state;
  struct setting_refusals refusals;
  struct change change = estate_change(PROVIDER_ADMIN, PROVIDER);
  static const int64_t outside[][2] = {{SETTING_password_least_single, 14},
                                       {SETTING_password_least, 7},
                                       {SETTING_password_most, 127},
                                       {SETTING_password_most, 257},
                                       {SETTING_password_history, 25},
                                       {SETTING_session_time, 86401},
                                       {SETTING_session_idle_time, 3601},
                                       {SETTING_account_attempts, 101},
                                       {SETTING_password_strength, 5},
                                       {SETTING_partner_factor_age, 43201},
                                       {SETTING_analytics_second_factor, SECURITY_PRIVILEGED}};
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
    assert_result(set_number(&change, PROVIDER, (enum setting)outside[i][0], outside[i][1], &refusals),
                  R_OUT_OF_BOUNDS);
    assert_string_equal(refusals.list[0].code, "out_of_range");
  }
  assert_ok(set_number(&change, PROVIDER, SETTING_account_attempts, 100, &refusals));
  estate_abandon(&change);
}

static void networks_lie_within_those_above(void **state)
{
  (void)state;
  struct setting_refusals refusals;
  struct str wide[] = {STR("10.0.0.0/8"), STR("10.1.0.0/16"), STR("2001:DB8::/32"), STR("10.0.0.0/8")};
  struct str within[] = {STR("10.2.0.0/16"), STR("2001:db8:1::/48")},
             beside[] = {STR("10.2.0.0/16"), STR("192.0.2.0/24")};
  struct str wrong[] = {STR("10.0.0.1/8")};
  struct change above = estate_change(P2_ADMIN, P2);
  assert_ok(
      set_list(&above, P2, (struct setting_patch){.setting = SETTING_networks, .items = wide, .count = 4}, &refusals));
  estate_commit(&above);
  assert_string_equal(estate_ask("SELECT value FROM tenant_setting WHERE name = 'networks'"),
                      "[\"10.0.0.0/8\", \"2001:db8::/32\"]");
  struct change change = estate_change(C_ADMIN, C);
  assert_ok(set_list(&change, C, (struct setting_patch){.setting = SETTING_networks, .items = within, .count = 2},
                     &refusals));
  assert_result(
      set_list(&change, C, (struct setting_patch){.setting = SETTING_networks, .items = beside, .count = 2}, &refusals),
      R_OUT_OF_BOUNDS);
  assert_string_equal(refusals.list[0].message, "Must lie within what holds above: 10.0.0.0/8, 2001:db8::/32");
  assert_result(
      set_list(&change, C, (struct setting_patch){.setting = SETTING_networks, .items = wrong, .count = 1}, &refusals),
      R_OUT_OF_BOUNDS);
  assert_string_equal(refusals.list[0].code, "malformed");
  estate_abandon(&change);
}

static void an_ancestor_that_tightens_later_wins_and_a_value_taken_away_no_longer_counts(void **state)
{
  (void)state;
  struct setting_refusals refusals;
  struct uuid tenant = estate_tenant(B);
  struct setting_view view;
  struct change below = estate_change(B_ADMIN, B);
  assert_ok(set_number(&below, B, SETTING_password_history, 4, &refusals));
  estate_commit(&below);
  struct change above = estate_change(P1_ADMIN, P1);
  assert_ok(set_number(&above, P1, SETTING_password_history, 10, &refusals));
  estate_commit(&above);
  struct store_call call = estate_call(B_ADMIN, B);
  assert_ok(domain_setting_view(&call, &limits, &tenant, SETTING_SECURITY, &view));
  assert_int_equal(view.value[SETTING_password_history].number, 10);
  assert_int_equal(view.own[SETTING_password_history].number, 4);
  assert_true(uuid_is_zero(&view.value[SETTING_password_history].tenant));
  above = estate_change(P1_ADMIN, P1);
  assert_ok(set_list(&above, P1, (struct setting_patch){.setting = SETTING_password_history, .null = true}, &refusals));
  estate_commit(&above);
  assert_ok(domain_setting_view(&call, &limits, &tenant, SETTING_SECURITY, &view));
  assert_int_equal(view.value[SETTING_password_history].number, 4);
  assert_int_equal(view.value[SETTING_password_history].origin, SETTING_BY_TENANT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      estate_test(what_holds_is_never_looser_than_what_any_ancestor_set),
      estate_test(what_is_locked_is_what_the_highest_says),
      estate_test(nothing_set_is_what_the_process_says),
      estate_test(the_root_alone_may_be_looser_than_the_default),
      estate_test(it_is_said_who_set_it_and_on_a_tie_the_highest),
      estate_test(a_list_that_several_say_names_none_of_them),
      estate_test(a_row_that_is_no_value_denies_and_one_unknown_does_not_count),
      estate_test(a_child_may_only_tighten_and_is_told_the_bound),
      estate_test(nobody_leaves_the_bounds),
      estate_test(networks_lie_within_those_above),
      estate_test(an_ancestor_that_tightens_later_wins_and_a_value_taken_away_no_longer_counts),
  };
  return cmocka_run_group_tests(tests, estate_up, estate_down);
}
