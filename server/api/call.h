/* What a handler gets: the request behind the gate, with the proof that it may run. */
#pragma once
#include "api/budget.h"
#include "authn/caller.h"
#include "domain/change.h"
#include "domain/refusal.h"
#include "http/reply.h"
#include "json/body.h"
#include "policy/mint.h"
#include "store/call.h"

/* What every request needs of the process; built once by main. */
struct api {
  const struct domain *domain;
  struct domain_refusal *refusals;
  struct api_budget budget;
  int64_t refusal_time; /* microseconds: a sign-in that is refused is answered after a whole number of them */
};

struct api_call {
  const struct api *api;
  int route;
  struct http_request *request;
  struct http_reply *reply;
  struct arena *arena;
  int64_t now;                     /* clock_now(), the one time of this request */
  struct authn_caller caller;      /* zero for a public route */
  int64_t token_ends;              /* when the caller's token is good no more */
  enum authn_audience audience;    /* the portal by which the caller came */
  struct uuid home;                /* the caller's home tenant */
  bool single;                     /* the caller is a person with no second factor, or none that counts still */
  bool weak;                       /* and their tenant asks for one of whoever does what is privileged */
  struct uuid object;              /* {id} of the path; zero without one */
  struct uuid tenant;              /* where the target stands; zero for SELF, PUBLIC and ROOTS */
  struct uuid root;                /* tenant at which the caller's view of the target begins */
  const struct scope *scope;       /* of that root */
  const struct policy_root *roots; /* for ROOTS: one scope each, in path order */
  size_t root_count;
  struct change change;            /* for a change: its transaction */
  bool rehearsal;                  /* a dry run: nothing of it stays, and nothing is told of it */
  const struct http_field_error *errors;
  size_t error_count;
  const char *detail;              /* for the problem, or NULL */
  uint64_t revision;               /* policy revision that the reply waits for; 0: none */
  struct str location;             /* of what was created */
  struct str keep;                 /* the reply to keep under the Idempotency-Key when the sent one holds a secret */
  struct uuid refused_tenant;      /* where a refusal is recorded; zero: the caller's home */
  struct uuid stated_by;           /* the portal's backend by whose word a refused step came from */
  struct str stated_address;       /* there; zero: nobody's */
  int64_t retry_after;             /* seconds, with R_THROTTLED; 0: the result's own */
  struct api_budget_left spent;    /* what is left of the budget that the reply tells of */
  bool query_read, body_read;      /* somebody asked for them: what nobody asks for must not be there */
};

/* R_OK with the reply filled, or what became of it: the gate writes the problem. */
typedef RESULT api_handler(struct api_call *call);

/* Who acts, for audit events; anonymous for a public route. */
struct domain_actor api_actor(const struct api_call *call);

/* What this request changes in `tx`. */
struct change api_change(const struct api_call *call, struct store_tx *tx);

/* For store calls of this request under one of its scopes; in the transaction when a change is under way. */
struct store_call api_store(const struct api_call *call, const struct scope *scope);

/* Decodes the body by its table; R_MALFORMED with call->errors set. */
RESULT api_body(struct api_call *call, const struct json_body *body, void *target);

/* The same for a text that is no body. */
RESULT api_decode(struct api_call *call, struct str text, const struct json_body *body, void *target);

/* Decodes the query parameters by a table of the same form: every value arrives as text. */
RESULT api_query(struct api_call *call, const struct json_body *body, void *target);

/* R_MALFORMED when the request has parameters or a body that nothing asked for. */
RESULT api_surplus(struct api_call *call);

/* One wrong field, found by a handler itself: sets call->errors and gives R_MALFORMED. */
RESULT api_wrong(struct api_call *call, const char *field, const char *code, const char *message);

/* A member whose text is compared or searched in a form of its own: authn_name_fold or authn_name_normalise. */
struct api_name {
  const char *field;
  const struct json_text *value;
  RESULT (*form)(struct str text, struct arena *arena, struct str *ret_form);
};

/* Every one that is there has such a form, else R_MALFORMED with call->errors set. */
RESULT api_names(struct api_call *call, const struct api_name *names, size_t count);

/* A member of a merge patch. */
struct patch api_patch(const struct json_text *member);

/* One more permission at the target, where the body decides which: R_FORBIDDEN. */
RESULT api_demand(struct api_call *call, enum bw_permission permission);

/* 200 with a body from SQL and the ETag of (object, version, root). */
RESULT api_reply_object(struct api_call *call, const struct outcome *outcome);
/* 201 with Location: prefix + id. */
RESULT api_reply_created(struct api_call *call, const char *prefix, const struct outcome *outcome);
/* 200 with what a store read gave. */
RESULT api_reply_found(struct api_call *call, const struct store_object *object);
/* 200 with bytes that C wrote. */
RESULT api_reply_json(struct api_call *call, struct buf *body);
/* 204. */
RESULT api_reply_nothing(struct api_call *call);
