/* Rows applied in the estate, each by itself, as somebody of it. */
#pragma once
#include "import/apply.h"
#include "support/estate.h"

struct loading {
  struct import_actor actor;
  struct import_memo *memo;
  struct import_inviting *inviting; /* NULL: nobody is invited */
  struct import_applied applied;    /* of the last row */
};

/* At home at `tenant`, and never outside it; `user` 0: the operator at the machine. */
static inline struct loading loading_as(enum estate_user user, enum estate_tenant tenant)
{
  struct loading l = {
      .actor = {.domain = &estate_domain, .home = estate_tenant(tenant), .within = estate_tenant(tenant)}};
  l.actor.within_path = estate_path(tenant);
  l.actor.who = (struct domain_actor){.kind = DOMAIN_ACTOR_OPERATOR, .request_id = STR("loading")};
  if (user) {
    l.actor.who.kind = DOMAIN_ACTOR_USER;
    l.actor.who.id = estate_user(user);
    l.actor.who.home = estate_tenant(tenant);
  }
  assert_ok(import_memo_new(estate_arena(), &l.memo));
  return l;
}

static inline enum result loading_row(struct loading *l, enum import_mode mode, const char *line)
{
  const struct import_apply apply = {.actor = &l->actor, .memo = l->memo, .mode = mode, .inviting = l->inviting};
  struct import_row row;
  struct str wrong;
  l->applied = (struct import_applied){0};
  enum result r = import_row_read(str_of(line), mode, estate_arena(), &row, &wrong);
  if (r == R_OK)
    r = import_apply(&apply, &row, estate_arena(), &l->applied);
  estate_settle();
  return r;
}

#define assert_row(loading, mode, line, wanted)                                                                        \
  do {                                                                                                                 \
    assert_ok(loading_row(loading, mode, line));                                                                       \
    assert_int_equal((loading)->applied.effect, wanted);                                                               \
  } while (0)

#define assert_refused(loading, mode, line, wanted, member)                                                            \
  do {                                                                                                                 \
    assert_result(loading_row(loading, mode, line), wanted);                                                           \
    assert_str((loading)->applied.about, member);                                                                      \
  } while (0)
