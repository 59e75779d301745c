/* Making, following and giving up the keys that sign access tokens: all processes of one database share them. */
#pragma once
#include "domain/change.h"

/* Reads the ring; of a database without a key, makes the first: of several processes that do at once, all read the
 * same. */
RESULT domain_signing_open(const struct domain *domain, struct arena *arena);

/* Reads the ring again. */
RESULT domain_signing_read(const struct domain *domain, struct arena *arena);

enum domain_signing_way {
  DOMAIN_SIGNING_BY_SCHEDULE = 1, /* at most one process makes the generation that is due */
  DOMAIN_SIGNING_BY_COMMAND,      /* one more generation than there was */
  DOMAIN_SIGNING_ALONE            /* the same, and nothing that the earlier ones signed is believed once it signs */
};

struct domain_signing {
  struct str kid;
  int64_t signs_from;
};

/* Makes the next key: it is published from now on, and signs when every process and whoever fetches the JWK Set can
   know it. An event of it stands at the provider. R_ALREADY_EXISTS when another process was faster, R_LIMIT_REACHED
   when there are too many that are believed still. */
RESULT domain_signing_rotate(const struct domain *domain, enum domain_signing_way way, struct arena *arena,
                             struct domain_signing *ret_signing);

/* The newest key has signed for as long as one does. */
bool domain_signing_due(const struct domain *domain, int64_t now);

/* Forgets the keys whose last token is over. */
RESULT domain_signing_prune(const struct domain *domain, struct arena *arena);
