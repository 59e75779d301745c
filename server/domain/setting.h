/* Settings that hold in a subtree: one table of them, and one fold from the root of the tree down. What a child sets
   may only be tighter; what is set above later wins by itself. */
#pragma once
#include "domain/change.h"
#include "store/setting.h"

/* Settings that are read and changed together. */
enum setting_section { SETTING_SECURITY = 1, SETTING__SECTIONS };

enum setting {
#define SETTING(name, ...) SETTING_##name,
#include "domain/setting.def"
#undef SETTING
  SETTING__COUNT,
  SETTING_ALONE = SETTING__COUNT
};

enum setting_kind { SETTING_NUMBER = 1, SETTING_TIME, SETTING_FLAG, SETTING_CHOICE, SETTING_NETWORKS, SETTING_WORDS };
enum setting_tighter {
  SETTING_LARGER = 1,
  SETTING_SMALLER,
  SETTING_SMALLER_OR_OFF,
  SETTING_LOCKED,
  SETTING_UNION,
  SETTING_INTERSECTION
};

struct setting_rule {
  const char *name; /* on the wire and in the database */
  enum setting_section section;
  enum setting_kind kind;
  enum setting_tighter tighter;
  enum setting within; /* never looser than that; SETTING_ALONE: bound by none */
  int64_t least, most;
  const char *choices; /* "a|b|c": the number counts them from 0 */
  const char *help;
};

/* NULL outside the table. */
const struct setting_rule *domain_setting_rule(enum setting setting);
/* SETTING__COUNT for an unknown name. */
enum setting domain_setting_named(struct str name);
/* The word of a choice. */
struct str domain_setting_word(enum setting setting, int64_t number);

/* By whom a value that holds was set; on a tie by the highest. A list can be put together from what the tenant says
   and what holds above it. */
enum setting_origin { SETTING_BY_DEFAULT, SETTING_BY_TENANT, SETTING_BY_INHERITANCE, SETTING_BY_SEVERAL };

struct setting_value {
  int64_t number; /* seconds, 0 or 1, or the place of the choice */
  struct str lines; /* a list's items; .p NULL: no list, all is open; empty: a list that allows nothing */
  enum setting_origin origin;
  struct uuid tenant; /* who alone set it; zero by default, and where that stands above what the reader sees */
};

/* What holds at a tenant and right above it, and what it has set itself (origin SETTING_BY_DEFAULT: nothing). */
struct setting_view {
  struct setting_value value[SETTING__COUNT], above[SETTING__COUNT], own[SETTING__COUNT];
  bool top; /* nothing stands above the tenant: it is bound by least and most alone */
};

/* What holds where nothing is set. */
void domain_setting_default(const struct domain_limits *limits, struct setting_value ret_values[SETTING__COUNT]);

/* Rows come from the root down. One of an unknown name is another version's and does not count; R_INTERNAL: one is no
   value of its setting, and nothing may be concluded. */
RESULT domain_setting_fold(const struct domain_limits *limits, const struct store_settings *settings,
                           struct arena *arena, struct setting_view *ret_view);

/* What is to be set, or with `null` no longer to be set. */
struct setting_patch {
  enum setting setting;
  bool null;
  int64_t number;
  const struct str *items;
  size_t count;
};

enum { SETTING_ITEMS = 64, SETTING_WORD = 64 /* code points */ };

/* Why a patch is refused: `code` is stable, `message` names the bound. */
struct setting_refusal {
  enum setting setting;
  const char *code, *message;
};
struct setting_refusals {
  struct setting_refusal list[SETTING__COUNT];
  size_t count;
};

/* The tenant is held until the change is done: R_NOT_FOUND outside the scope. */
RESULT domain_setting_hold(struct change *change, const struct uuid *tenant);

/* What holds there, as seen under the call's scope: R_NOT_FOUND outside it. */
RESULT domain_setting_view(const struct store_call *call, const struct domain_limits *limits, const struct uuid *tenant,
                           enum setting_section section, struct setting_view *ret_view);

struct setting_change {
  struct uuid tenant; /* held */
  enum setting_section section;
  const char *object_kind; /* of the audit event */
  const struct setting_patch *patches;
  size_t count;
};
/* All of it or nothing, with its event. R_OUT_OF_BOUNDS with every refusal: what is looser than above, or outside the
   bounds. */
RESULT domain_setting_set(struct change *change, const struct setting_change *wanted,
                          struct setting_refusals *ret_refusals);

/* The name of a section in the database. */
struct str domain_setting_section(enum setting_section section);

/* What becomes of a setting where what holds above it is another. */
enum setting_effect {
  SETTING_TIGHTENS = 1,
  SETTING_LOOSENS,
  SETTING_CHANGES, /* neither is tighter */
  SETTING_CONFLICTS /* what a tenant has set is looser than what would hold above, which wins */
};
struct setting_shift {
  struct uuid tenant;
  enum setting setting;
  enum setting_effect effect;
};
/* As many as there is room for. */
struct setting_shifts {
  struct setting_shift *list;
  size_t count, most;
};
/* Of what holds for a tenant by others, when `now` holds in the place of `was`. */
void domain_setting_compare(const struct uuid *tenant, const struct setting_value was[SETTING__COUNT],
                            const struct setting_value now[SETTING__COUNT], struct setting_shifts *shifts);
/* Of what is set at and below a path, when `now` holds above it. */
RESULT domain_setting_conflicts(const struct store_call *call, struct str path,
                                const struct setting_value now[SETTING__COUNT], struct setting_shifts *shifts);
