/* Why the decision is as it is, and for whom it is yes: its own judgement of each grant. No clock, no I/O. */
#pragma once
#include <bailiwick/decide.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

/* What a grant does for its holder at a tenant; the higher, the nearer to giving. */
enum bw_verdict {
  BW_VERDICT_NONE,    /* it does not reach there, at no time */
  BW_VERDICT_LACKS,   /* in force, but its role has not the permission */
  BW_VERDICT_EXPIRED, /* it gave it, and is over */
  BW_VERDICT_EARLY,   /* it will give it */
  BW_VERDICT_BARRED,  /* in force, its role has the permission, but its holder cannot have it, or not there */
  BW_VERDICT_GIVES,
};

/* How somebody comes to what they can do at a tenant: by a grant of theirs, or of a group that they are in. */
struct bw_chain {
  struct bw_id grant, principal, home, role;
  struct bw_id tenant; /* at which the grant was given */
  unsigned up;         /* how far that is above the one asked about */
  enum bw_principal_kind kind;
  enum bw_reach reach;
  enum bw_verdict verdict;
};

/* The subject's grants that have a verdict on the question, whether the subject may act or not: nearest first, and
   among those that give it the widest, which is that of the decision. Up to `most`; gives how many there are. */
size_t bw_explain(const struct bw_model *model, const struct bw_question *question, size_t most,
                  struct bw_chain *ret_chains);

/* Who can do something at a tenant. */
struct bw_search {
  struct bw_id tenant;
  enum bw_permission permission; /* BW_PERMISSION_NONE: anything at all */
  int64_t now;
  struct bw_id view;  /* at or above the tenant */
  bool above;         /* those at home above the view; else those at home at or below it */
  struct bw_id after, after_principal; /* chains of higher grants alone, and of this one those of higher principals */
};
/* Each grant that gives it to somebody for whom the decision is yes, by its id and theirs: once, by however many
   groups. Up to `most`; gives how many there are. */
size_t bw_search(const struct bw_model *model, const struct bw_search *search, size_t most,
                 struct bw_chain *ret_chains);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
