/* Audit events. */
#pragma once
#include "store/call.h"

/* What is .p NULL or zero does not filter. */
struct store_audit_filter {
  struct str action, outcome;
  struct uuid actor, object; /* an actor who is not named to the reader is not found either */
  int64_t from, to;          /* `from` <= at < `to` */
  struct uuid before_id;     /* of the last event that was seen; zero for the first page */
  int64_t limit;
};
/* The events of one tenant, newest first. */
RESULT store_audit_list(const struct store_call *call, const struct uuid *tenant,
                        const struct store_audit_filter *filter, struct store_page *ret_page);

/* Whether the actor has done anything to the object, by that tenant's record, whoever may be told of the actor. */
RESULT store_audit_touched(struct store_tx *tx, const struct uuid *tenant, const struct uuid *actor,
                           const struct uuid *object, bool *ret_touched);

struct store_audit {
  struct uuid id, tenant;
  int64_t at;
  struct str actor_kind;
  struct uuid actor, actor_tenant; /* zero: none */
  struct str actor_path, actor_title, actor_pseudonym;
  struct str action, outcome, reason;
  struct str object_kind;
  struct uuid object;       /* zero: none */
  struct str before, after; /* of the whole object: members that differ are kept, updated_at is not */
  struct str named;         /* {"member": "path"}: whoever does not see the path is not told the member */
  struct str address, request_id;
  int64_t count;
};
/* Queued. A tenant outside the scope fails the transaction. */
RESULT store_audit_write(struct store_tx *tx, const struct store_audit *event);

/* What somebody unnamed, or the service, did to a person. */
struct store_audit_of_person {
  struct uuid person;
  int64_t at;
  struct str actor_kind, action, outcome, reason, address, request_id;
  struct uuid stated_by; /* the client whose word `address` is; zero: none */
};
/* At the person's home, on the auth pool. Queued. */
RESULT store_audit_of_person(struct store_tx *tx, const struct store_audit_of_person *event);
