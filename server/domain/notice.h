/* What a person is told by mail, put into the outbox in the transaction of what it tells of. Where no mail is sent, and
   to who has no address, nothing is put in. No notice holds a secret, or a link that signs in. */
#pragma once
#include "domain/change.h"
#include "store/outbox.h"

struct signin;

enum notice_kind {
  NOTICE__NONE,
#define NOTICE(name, ...) NOTICE_##name,
#include "domain/notice.def"
#undef NOTICE
  NOTICE__COUNT
};

/* The row of notice.def. */
const char *domain_notice_name(enum notice_kind kind);

/* Of a step towards a session or on one's own credentials, in a transaction on the auth pool: tells from where. Queued.
 */
RESULT domain_notice_put(const struct signin *s, struct store_tx *tx, const struct uuid *user, enum notice_kind kind);

/* Of what somebody else changed, in the change's transaction; to the user's address unless `recipient` is given.
 * Queued. */
RESULT domain_notice_change(const struct change *change, const struct uuid *user, enum notice_kind kind,
                            struct str recipient);

/* A mail that brings its reader a one-time token: NOTICE_INVITATION or NOTICE_RESET. The token is sealed. */
struct notice_token {
  struct uuid user;
  enum notice_kind kind;
  struct str token;
  int64_t expires_at;
  int64_t due; /* of one of many: it goes then at the earliest, and behind all others; 0: at once */
};
RESULT domain_notice_token_put(const struct signin *s, struct store_tx *tx, const struct notice_token *token);
RESULT domain_notice_token_change(const struct change *change, const struct notice_token *token);

/* The link in a mail that is being delivered; .p NULL where it has none. */
RESULT domain_notice_link(const struct domain *domain, const struct store_outbox *mail, struct arena *arena,
                          struct str *ret_link);
