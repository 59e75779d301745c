/* Folds what is set from the root of the tree down, and sets what is tighter. Trusts: no row; one that is no value
 * denies. */
#include "domain/setting.h"
#include "base/buf.h"
#include "base/network.h"
#include "base/text.h"
#include "domain/audit.h"
#include "store/tenant.h"

enum { LINES_MOST = 1 << 20, LABEL_PATH = BW_LABEL + 1 };

static const struct setting_rule rules[] = {
#define SETTING(name, section, kind, tighter, within, fallback, least, most, choices, help)                            \
  [SETTING_##name] = {                                                                                                 \
      #name, SETTING_##section, SETTING_##kind, SETTING_##tighter, SETTING_##within, least, most, choices, help},
#include "domain/setting.def"
#undef SETTING
};

static const char *const sections[] = {[SETTING_SECURITY] = "security"};

const struct setting_rule *domain_setting_rule(enum setting setting)
{
  return (unsigned)setting < SETTING__COUNT ? &rules[setting] : NULL;
}

enum setting domain_setting_named(struct str name)
{
  for (int i = 0; i < SETTING__COUNT; i++)
    if (str_is(name, rules[i].name))
      return (enum setting)i;
  return SETTING__COUNT;
}

struct str domain_setting_section(enum setting_section section) { return str_of(sections[section]); }

struct str domain_setting_word(enum setting setting, int64_t number)
{
  struct str rest = str_of(rules[setting].choices), word = STR_NONE;
  for (int64_t i = 0; i <= number; i++)
    word = str_cut(&rest, '|');
  return word;
}

static bool is_list(const struct setting_rule *rule)
{
  return rule->kind == SETTING_NETWORKS || rule->kind == SETTING_WORDS;
}

static bool tighter(const struct setting_rule *rule, int64_t above, int64_t below)
{
  if (rule->tighter == SETTING_LARGER)
    return below > above;
  if (rule->tighter == SETTING_SMALLER_OR_OFF)
    return below != 0 && (above == 0 || below < above);
  return rule->tighter == SETTING_SMALLER && below < above;
}

/* What lies within another setting is as tight as that at least. */
static void narrow(struct setting_value values[SETTING__COUNT])
{
  for (int i = 0; i < SETTING__COUNT; i++) {
    enum setting within = rules[i].within;
    if (within != SETTING_ALONE && tighter(&rules[i], values[i].number, values[within].number))
      values[i] = values[within];
  }
}

static void fall_back(const struct domain_limits *limits, struct setting_value ret_values[SETTING__COUNT])
{
  const int64_t fallback[] = {
#define SETTING(name, section, kind, tighter, within, number, ...) [SETTING_##name] = number,
#include "domain/setting.def"
#undef SETTING
  };
  for (int i = 0; i < SETTING__COUNT; i++)
    ret_values[i] = (struct setting_value){.number = fallback[i]};
}

void domain_setting_default(const struct domain_limits *limits, struct setting_value ret_values[SETTING__COUNT])
{
  fall_back(limits, ret_values);
  narrow(ret_values);
}

static bool choice_named(const struct setting_rule *rule, struct str word, int64_t *ret_number)
{
  struct str rest = str_of(rule->choices);
  for (int64_t i = 0; rest.n > 0; i++)
    if (str_equal(str_cut(&rest, '|'), word)) {
      *ret_number = i;
      return true;
    }
  return false;
}

/* What an older version allowed may lie outside today's bounds: the nearest that does not counts. */
static int64_t bounded(const struct setting_rule *rule, int64_t number)
{
  if (rule->tighter == SETTING_SMALLER_OR_OFF && number == 0)
    return 0;
  return number < rule->least ? rule->least : number > rule->most ? rule->most : number;
}

static bool number_named(const struct setting_rule *rule, struct str text, int64_t *ret_number)
{
  unsigned long long number;
  if (rule->kind == SETTING_CHOICE)
    return choice_named(rule, text, ret_number);
  if (rule->kind == SETTING_FLAG) {
    *ret_number = str_is(text, "true");
    return *ret_number || str_is(text, "false");
  }
  if (!str_number(text, INT64_MAX, &number))
    return false;
  *ret_number = (int64_t)number;
  return true;
}

static RESULT parse(const struct setting_rule *rule, const struct store_setting *row, struct setting_value *ret_value)
{
  struct setting_value value = {.origin = SETTING_BY_TENANT, .tenant = row->tenant};
  if (is_list(rule))
    value.lines = row->value;
  else if (number_named(rule, row->value, &value.number))
    value.number = bounded(rule, value.number);
  else
    return FAULT(R_INTERNAL);
  *ret_value = value;
  return R_OK;
}

/* The networks that lie in both lists: of two that meet, the smaller. */
static RESULT intersect(struct str above, struct str below, struct arena *arena, struct str *ret_lines)
{
  struct buf lines = buf_in(arena, LINES_MOST);
  for (struct str a = above; a.n > 0;) {
    struct str one = str_cut(&a, '\n');
    for (struct str b = below; b.n > 0;) {
      struct str other = str_cut(&b, '\n');
      struct network wide, narrow;
      if (!network_parse(one, &wide) || !network_parse(other, &narrow))
        return FAULT(R_INTERNAL);
      if (!network_holds(&wide, &narrow) && !network_holds(&narrow, &wide))
        continue;
      buf_print(&lines, "%s", lines.n ? "\n" : "");
      buf_put(&lines, network_holds(&wide, &narrow) ? other : one);
    }
  }
  *ret_lines = buf_str(&lines);
  return ret_lines->p ? R_OK : R_NO_MEMORY;
}

static bool has_line(struct str lines, struct str line)
{
  while (lines.n > 0)
    if (str_equal(str_cut(&lines, '\n'), line))
      return true;
  return false;
}

static RESULT unite(struct str above, struct str below, struct arena *arena, struct str *ret_lines)
{
  struct buf lines = buf_in(arena, LINES_MOST);
  buf_put(&lines, above);
  while (below.n > 0) {
    struct str line = str_cut(&below, '\n');
    if (has_line(above, line))
      continue;
    buf_print(&lines, "%s", lines.n ? "\n" : "");
    buf_put(&lines, line);
  }
  *ret_lines = buf_str(&lines);
  return ret_lines->p ? R_OK : R_NO_MEMORY;
}

/* Puts a value under what holds above it. */
static RESULT merge(const struct setting_rule *rule, const struct setting_value *below, struct arena *arena,
                    struct setting_value *value)
{
  if (!is_list(rule)) {
    bool first = rule->tighter == SETTING_LOCKED && value->origin == SETTING_BY_DEFAULT;
    if (first || tighter(rule, value->number, below->number))
      *value = *below;
    return R_OK;
  }
  struct str before = value->lines, after = below->lines;
  if (before.p)
    TRY((rule->tighter == SETTING_UNION ? unite : intersect)(before, below->lines, arena, &after));
  if (before.p && str_equal(before, after))
    return R_OK;
  bool alone = !before.p || str_equal(after, below->lines);
  *value = *below;
  value->lines = after;
  if (!alone) {
    value->origin = below->origin == SETTING_BY_TENANT ? SETTING_BY_SEVERAL : SETTING_BY_INHERITANCE;
    value->tenant = (struct uuid){0};
  }
  return R_OK;
}

static bool at_top(struct str path) { return path.n <= LABEL_PATH; }

RESULT domain_setting_fold(const struct domain_limits *limits, const struct store_settings *settings,
                           struct arena *arena, struct setting_view *ret_view)
{
  struct setting_view view = {.top = at_top(settings->path)};
  fall_back(limits, view.above);
  fall_back(limits, view.value);
  for (size_t i = 0; i < settings->count; i++) {
    const struct store_setting *row = &settings->rows[i];
    enum setting setting = domain_setting_named(row->name);
    struct setting_value value;
    if (setting == SETTING__COUNT)
      continue;
    TRY(parse(&rules[setting], row, &value));
    bool own = str_equal(row->path, settings->path);
    if (own)
      view.own[setting] = value;
    else
      value.origin = SETTING_BY_INHERITANCE;
    if (at_top(row->path))
      view.value[setting] = value;
    else
      TRY(merge(&rules[setting], &value, arena, &view.value[setting]));
    if (!own)
      view.above[setting] = view.value[setting];
  }
  narrow(view.above);
  narrow(view.value);
  *ret_view = view;
  return R_OK;
}

RESULT domain_setting_view(const struct store_call *call, const struct domain_limits *limits, const struct uuid *tenant,
                           enum setting_section section, struct setting_view *ret_view)
{
  struct store_settings settings;
  TRY(store_setting_list(call, tenant, domain_setting_section(section), &settings));
  return domain_setting_fold(limits, &settings, call->arena, ret_view);
}

RESULT domain_setting_hold(struct change *change, const struct uuid *tenant)
{
  struct store_tenant held;
  return store_tenant_lock(change->tx, tenant, &held);
}

static RESULT refuse(struct setting_refusals *refusals, enum setting setting, const char *code, struct str message)
{
  if (!message.p)
    return R_NO_MEMORY;
  refusals->list[refusals->count++] = (struct setting_refusal){setting, code, message.p};
  return R_OUT_OF_BOUNDS;
}

/* A list in its one form: what another item says already is left out. */
static RESULT join_networks(const struct setting_patch *patch, struct arena *arena, struct str *ret_lines)
{
  struct network *networks = arena_array(arena, patch->count + 1, sizeof *networks);
  struct buf lines = buf_in(arena, LINES_MOST);
  if (!networks)
    return R_NO_MEMORY;
  for (size_t i = 0; i < patch->count; i++)
    if (!network_parse(patch->items[i], &networks[i]))
      return R_MALFORMED;
  for (size_t i = 0; i < patch->count; i++) {
    char text[NETWORK_TEXT];
    bool said = false;
    for (size_t k = 0; k < patch->count && !said; k++)
      said = k != i && network_holds(&networks[k], &networks[i]) && (k < i || networks[k].bits < networks[i].bits);
    if (said)
      continue;
    network_format(&networks[i], text);
    buf_print(&lines, "%s%s", lines.n ? "\n" : "", text);
  }
  *ret_lines = buf_str(&lines);
  return ret_lines->p ? R_OK : R_NO_MEMORY;
}

static RESULT join_words(const struct setting_patch *patch, struct arena *arena, struct str *ret_lines)
{
  struct str lines = STR("");
  for (size_t i = 0; i < patch->count; i++) {
    if (patch->items[i].n == 0 || text_utf8_count(patch->items[i]) > SETTING_WORD)
      return R_MALFORMED;
    TRY(unite(lines, patch->items[i], arena, &lines));
  }
  *ret_lines = lines;
  return R_OK;
}

static RESULT read_list(const struct setting_rule *rule, const struct setting_patch *patch, struct arena *arena,
                        struct setting_value *value)
{
  if (patch->count < 1 || patch->count > SETTING_ITEMS)
    return R_MALFORMED;
  return (rule->kind == SETTING_NETWORKS ? join_networks : join_words)(patch, arena, &value->lines);
}

static struct str number_shown(enum setting setting, int64_t number, struct arena *arena)
{
  const struct setting_rule *rule = &rules[setting];
  if (rule->kind == SETTING_CHOICE)
    return domain_setting_word(setting, number);
  if (rule->kind == SETTING_FLAG)
    return number ? STR("true") : STR("false");
  return arena_print(arena, "%lld", (long long)number);
}

static RESULT check_bounds(const struct setting_patch *patch, struct arena *arena, struct setting_refusals *refusals)
{
  const struct setting_rule *rule = &rules[patch->setting];
  bool off = rule->tighter == SETTING_SMALLER_OR_OFF && patch->number == 0;
  if (off || (patch->number >= rule->least && patch->number <= rule->most))
    return R_OK;
  struct str least = number_shown(patch->setting, rule->least, arena);
  struct str most = number_shown(patch->setting, rule->most, arena);
  if (!least.p || !most.p)
    return R_NO_MEMORY;
  struct str message = arena_print(arena, "Must be %.*s to %.*s%s", (int)least.n, least.p, (int)most.n, most.p,
                                   rule->tighter == SETTING_SMALLER_OR_OFF ? ", or 0" : "");
  return refuse(refusals, patch->setting, "out_of_range", message);
}

static RESULT too_loose(const struct setting_view *view, enum setting setting, struct arena *arena,
                        struct setting_refusals *refusals)
{
  static const char *const bounds[] = {[SETTING_LARGER] = "Must be at least %s, which holds above",
                                       [SETTING_SMALLER] = "Must be at most %s, which holds above",
                                       [SETTING_SMALLER_OR_OFF] = "Must be 1 to %s, which holds above",
                                       [SETTING_LOCKED] = "Is set to %s above"};
  const struct setting_value *above = &view->above[setting];
  const struct setting_rule *rule = &rules[setting];
  struct buf text = buf_in(arena, LINES_MOST);
  if (is_list(rule)) {
    buf_print(&text, "Must lie within what holds above: ");
    for (struct str rest = above->lines; rest.n > 0;) {
      buf_put(&text, str_cut(&rest, '\n'));
      buf_print(&text, "%s", rest.n ? ", " : "");
    }
    return refuse(refusals, setting, "too_loose", buf_str(&text));
  }
  struct str bound = number_shown(setting, above->number, arena);
  if (!bound.p)
    return R_NO_MEMORY;
  const char *form = bounds[rule->tighter];
  const char *gap = strstr(form, "%s");
  buf_put(&text, (struct str){form, (size_t)(gap - form)});
  buf_put(&text, bound);
  buf_put(&text, str_of(gap + 2));
  return refuse(refusals, setting, "too_loose", buf_str(&text));
}

/* Tighter or the same: then putting it under what holds above gives it itself. */
static RESULT check_tighter(const struct setting_view *view, enum setting setting, const struct setting_value *wanted,
                            struct arena *arena, struct setting_refusals *refusals)
{
  const struct setting_rule *rule = &rules[setting];
  struct setting_value merged = view->above[setting];
  if (view->top || rule->tighter == SETTING_UNION)
    return R_OK;
  TRY(merge(rule, wanted, arena, &merged));
  bool same = is_list(rule) ? !view->above[setting].lines.p || str_equal(merged.lines, wanted->lines)
                            : merged.number == wanted->number;
  return same ? R_OK : too_loose(view, setting, arena, refusals);
}

/* Checks one and gives the text in which it is stored. */
static RESULT check(const struct setting_view *view, const struct setting_patch *patch, struct arena *arena,
                    struct setting_refusals *refusals, struct str *ret_text)
{
  const struct setting_rule *rule = &rules[patch->setting];
  struct setting_value wanted = {.number = patch->number, .origin = SETTING_BY_TENANT};
  if (is_list(rule)) {
    enum result r = read_list(rule, patch, arena, &wanted);
    if (r == R_MALFORMED)
      return refuse(refusals, patch->setting, "malformed",
                    rule->kind == SETTING_NETWORKS
                        ? STR("Must be 1 to 64 networks, such as 192.0.2.0/24 or 2001:db8::/32")
                        : STR("Must be 1 to 64 words of at most 64 characters"));
    TRY(r);
  } else {
    TRY(check_bounds(patch, arena, refusals));
  }
  TRY(check_tighter(view, patch->setting, &wanted, arena, refusals));
  *ret_text = is_list(rule) ? wanted.lines : number_shown(patch->setting, wanted.number, arena);
  return ret_text->p ? R_OK : R_NO_MEMORY;
}

static const char *const json_kinds[] = {
    [SETTING_NUMBER] = "number", [SETTING_TIME] = "number",    [SETTING_FLAG] = "boolean",
    [SETTING_CHOICE] = "string", [SETTING_NETWORKS] = "array", [SETTING_WORDS] = "array",
};

static RESULT put(struct change *change, const struct setting_change *wanted, const struct setting_patch *patch,
                  struct str text)
{
  const struct setting_rule *rule = &rules[patch->setting];
  struct store_setting_key key = {wanted->tenant, domain_setting_section(wanted->section), str_of(rule->name)};
  if (patch->null)
    return store_setting_delete(change->tx, &key);
  return store_setting_put(change->tx, &key, str_of(json_kinds[rule->kind]), text);
}

static struct store_call reading(const struct change *change)
{
  return (struct store_call){.pool = change->domain->app,
                             .scope = change->scope,
                             .arena = change->arena,
                             .deadline = change->deadline,
                             .tx = change->tx};
}

RESULT domain_setting_set(struct change *change, const struct setting_change *wanted,
                          struct setting_refusals *ret_refusals)
{
  struct store_call store = reading(change);
  struct audit_record event = {.tenant = wanted->tenant, .object_kind = wanted->object_kind, .object = wanted->tenant};
  struct str section = domain_setting_section(wanted->section), texts[SETTING__COUNT];
  struct setting_view view;
  ret_refusals->count = 0;
  TRY(domain_setting_view(&store, &change->domain->limits, &wanted->tenant, wanted->section, &view));
  for (size_t i = 0; i < wanted->count; i++) {
    enum result r =
        wanted->patches[i].null ? R_OK : check(&view, &wanted->patches[i], change->arena, ret_refusals, &texts[i]);
    if (r != R_OK && r != R_OUT_OF_BOUNDS)
      return r;
  }
  if (ret_refusals->count > 0)
    return R_OUT_OF_BOUNDS;
  TRY(store_setting_own(&store, &wanted->tenant, section, &event.before));
  for (size_t i = 0; i < wanted->count; i++)
    TRY(put(change, wanted, &wanted->patches[i], texts[i]));
  TRY(store_setting_own(&store, &wanted->tenant, section, &event.after));
  return domain_audit_done(change, &event);
}

static void add_shift(struct setting_shifts *shifts, const struct uuid *tenant, enum setting setting,
                      enum setting_effect effect)
{
  if (shifts->count < shifts->most)
    shifts->list[shifts->count++] = (struct setting_shift){*tenant, setting, effect};
}

static bool same_value(const struct setting_rule *rule, const struct setting_value *a, const struct setting_value *b)
{
  return is_list(rule) ? !a->lines.p == !b->lines.p && str_equal(a->lines, b->lines) : a->number == b->number;
}

void domain_setting_compare(const struct uuid *tenant, const struct setting_value was[SETTING__COUNT],
                            const struct setting_value now[SETTING__COUNT], struct setting_shifts *shifts)
{
  for (int i = 0; i < SETTING__COUNT; i++) {
    const struct setting_rule *rule = &rules[i];
    enum setting_effect effect = SETTING_CHANGES;
    if (same_value(rule, &was[i], &now[i]))
      continue;
    if (!is_list(rule) && rule->tighter != SETTING_LOCKED)
      effect = tighter(rule, was[i].number, now[i].number) ? SETTING_TIGHTENS : SETTING_LOOSENS;
    else if (is_list(rule) && !was[i].lines.p)
      effect = SETTING_TIGHTENS;
    else if (is_list(rule) && !now[i].lines.p)
      effect = SETTING_LOOSENS;
    add_shift(shifts, tenant, (enum setting)i, effect);
  }
}

RESULT domain_setting_conflicts(const struct store_call *call, struct str path,
                                const struct setting_value now[SETTING__COUNT], struct setting_shifts *shifts)
{
  struct store_settings settings;
  TRY(store_setting_below(call, path, domain_setting_section(SETTING_SECURITY), (int64_t)shifts->most, &settings));
  for (size_t i = 0; i < settings.count; i++) {
    const struct store_setting *row = &settings.rows[i];
    enum setting setting = domain_setting_named(row->name);
    struct setting_value own, merged;
    if (setting == SETTING__COUNT || rules[setting].tighter == SETTING_UNION)
      continue;
    TRY(parse(&rules[setting], row, &own));
    merged = now[setting];
    TRY(merge(&rules[setting], &own, call->arena, &merged));
    if (!same_value(&rules[setting], &merged, &own))
      add_shift(shifts, &row->tenant, setting, SETTING_CONFLICTS);
  }
  return R_OK;
}
