/* One change under way: who makes it, in which transaction, and the audit event that goes with it. */
#pragma once
#include "authn/token.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "crypto/hash.h"
#include "policy/mint.h"

struct authn_breach;
struct db_pool;
struct store_tx;

/* Settings of the process that rules depend on; times in microseconds. */
struct domain_limits {
  int64_t access_token_time, session_time, session_idle_time, invitation_time, reset_time;
  int64_t account_attempts, address_attempts, tenant_attempts; /* failed logins in 15 minutes; 0: no limit */
  int64_t signing_key_time, signing_key_lead; /* how long a key signs, and how long before that it is published */
  int64_t import_size;                            /* bytes of what one import may bring */
  int64_t termination_grace, name_rest; /* from an end to the purge, and until others may have the names */
  struct crypto_cost cost;                    /* of a password hash */
  unsigned import_hash_cost;                  /* of one that an import may bring: crypto_foreign_accept's `most` */
};

/* What goes out to people, and where it leads them. */
struct domain_mail {
  bool sends;                       /* somebody delivers mails: else whoever has a link made is shown it */
  int64_t pace;                     /* mails a minute of all processes together, at most */
  struct str accept_url, reset_url; /* of a portal's pages; .n 0: accept and reset below domain->base_url */
};

/* What every change needs of the process; built once by main. */
struct domain {
  struct db_pool *app;  /* as bailiwick_app */
  struct db_pool *auth; /* as bailiwick_auth: credentials, sessions */
  struct policy *policy;
  const struct crypto_keys *keys;
  struct domain_limits limits;
  const struct authn_breach *breach; /* NULL: no list of breached passwords */
  struct str base_url; /* of the API as the world sees it, without a slash at its end: of links, and who issues tokens */
  struct domain_mail mail;
  struct authn_issuer issuer; /* of access tokens */
};

enum domain_actor_kind {
  DOMAIN_ACTOR_USER = 1,
  DOMAIN_ACTOR_CLIENT,
  DOMAIN_ACTOR_OPERATOR,
  DOMAIN_ACTOR_SYSTEM,
  DOMAIN_ACTOR_ANONYMOUS
};

struct domain_actor {
  enum domain_actor_kind kind;
  struct uuid id, home; /* zero for operator, system, anonymous */
  bool weak;            /* a person whose session is not strong enough for what is privileged */
  struct str address, request_id;
};

struct change {
  const struct domain *domain;
  struct domain_actor actor;
  struct arena *arena;
  int64_t now;
  int64_t deadline;          /* clock_monotonic() */
  const char *action;        /* "createTenant": the route's operation, or the import's */
  const struct scope *scope; /* of the root under which it runs */
  struct uuid root;          /* that root; what the actor sees begins there */
  struct store_tx *tx;       /* on the app pool, under the scope; the caller opens and commits it */
  unsigned events;           /* audit events written in it: a change that ends with 0 is a fault */
  int64_t retry_after;       /* seconds, set with R_THROTTLED */
};

/* What a change made, as the API shows it. */
struct outcome {
  struct uuid id;
  struct str body; /* JSON from SQL; empty for a deletion */
  int64_t version; /* for the ETag; 0 where there is none */
};

/* A value of a merge patch: absent (given false), null (.p NULL), or a text. */
struct patch {
  bool given;
  struct str value;
};
