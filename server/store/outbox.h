/* Mails on their way: put in by what they tell of, in its transaction; taken out by whoever delivers them. */
#pragma once
#include "store/call.h"

struct store_outbox {
  struct uuid id, user;
  struct str kind;
  struct str recipient;    /* .p NULL: the user's address as it is now */
  struct str sealed_token; /* .p NULL: none */
  struct str address;      /* from where it was done; .p NULL: not told */
  int64_t happened_at, expires_at;
  int64_t due; /* it goes then at the earliest, and behind all others; 0: at once */
};
/* In a change, under its scope; `address` is not kept. Queued. Nothing is put in for who has no address. */
RESULT store_outbox_put(struct store_tx *tx, const struct store_outbox *mail);
/* On the auth pool; `recipient` is the user's address. Not again within `hush` seconds for the same kind. Queued. */
RESULT store_outbox_tell(struct store_tx *tx, const struct store_outbox *mail, int64_t hush);

/* One that is to be delivered now, and to whom. */
struct store_outbox_mail {
  struct store_outbox mail;
  struct uuid tenant;
  struct str display_name, login, tenant_name, tenant_code;
  int attempts; /* this one counted */
  int refusals; /* of the recipient, before this one */
};
/* Nobody else takes it for `lease` seconds, whatever becomes of this process, and no other mail for `interval` microseconds.
   R_NOT_FOUND when none is due, or such an interval is not over. The rest are on the auth pool too. */
RESULT store_outbox_take(const struct store_call *call, int64_t lease, int64_t interval,
                         struct store_outbox_mail *ret_mail);
/* Sent, or given up; its token is gone. R_NOT_FOUND when it ended before. */
RESULT store_outbox_end(struct store_tx *tx, const struct uuid *id, bool sent);
/* To be tried again in `wait` seconds. */
RESULT store_outbox_defer(const struct store_call *call, const struct uuid *id, int64_t wait, bool refused);
/* How many wait; 0 in ret_oldest when none does. */
RESULT store_outbox_waiting(const struct store_call *call, int64_t *ret_count, int64_t *ret_oldest);
