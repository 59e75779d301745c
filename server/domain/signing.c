/* The next key is one row that nobody else can have put in: whoever dies before the commit leaves nothing, and after it
   all. Trusts: the vault no further than its seals. */
#include "domain/signing.h"
#include "store/signing.h"

enum {
  KEYS_MOST = AUTHN_KEYRING_MOST - 4, /* room for what is made at the same moment elsewhere */
  ALONE_LEAD = 5,                     /* seconds: longer than another process takes to read it */
  TRIES = 3
};

static const int64_t deadline_time = 10 * CLOCK_SECOND;

static struct store_call store_of(const struct domain *domain, struct arena *arena)
{
  return (struct store_call){.pool = domain->auth, .arena = arena, .deadline = clock_monotonic() + deadline_time};
}

RESULT domain_signing_read(const struct domain *domain, struct arena *arena)
{
  struct store_call store = store_of(domain, arena);
  return authn_keyring_read(domain->issuer.ring, &store);
}

/* The first of all signs at once. */
static int64_t lead_of(const struct domain *domain, enum domain_signing_way way, int generation)
{
  if (generation == 1)
    return 0;
  return way == DOMAIN_SIGNING_ALONE ? ALONE_LEAD : domain->limits.signing_key_lead / CLOCK_SECOND;
}

/* The generation after that of the ring. */
static RESULT make_next(const struct domain *domain, enum domain_signing_way way, struct arena *arena,
                        struct domain_signing *ret_signing)
{
  struct store_call store = store_of(domain, arena);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  struct authn_keyring_newest newest = authn_keyring_newest(domain->issuer.ring);
  struct store_signing_row row = {.generation = newest.generation + 1, .alone = way == DOMAIN_SIGNING_ALONE};
  struct store_signing_event event = {.actor_kind = way == DOMAIN_SIGNING_BY_SCHEDULE ? "system" : "operator",
                                      .action = "rotateSigningKeys",
                                      .at = clock_now(),
                                      .alone = row.alone};
  char kid[AUTHN_KID + 1];
  uint64_t revision;
  if (newest.count >= KEYS_MOST && !row.alone)
    return R_LIMIT_REACHED;
  TRY(authn_keyring_make(domain->issuer.ring, arena, kid, &row.sealed));
  event.kid = row.kid = arena_copy(arena, str_of(kid));
  if (!row.kid.p)
    return R_NO_MEMORY;
  row.lead = lead_of(domain, way, row.generation);
  TRY(store_tx_open(&store, &tx));
  TRY(store_signing_insert(tx, &row, &event.signs_from));
  TRY(store_signing_event(tx, &event));
  TRY(store_tx_commit(tx, &revision));
  *ret_signing = (struct domain_signing){row.kid, event.signs_from};
  return domain_signing_read(domain, arena);
}

RESULT domain_signing_rotate(const struct domain *domain, enum domain_signing_way way, struct arena *arena,
                             struct domain_signing *ret_signing)
{
  enum result r = R_ALREADY_EXISTS;
  for (int i = 0; r == R_ALREADY_EXISTS && i < TRIES; i++) {
    TRY(domain_signing_read(domain, arena));
    if (way == DOMAIN_SIGNING_BY_SCHEDULE && !domain_signing_due(domain, clock_now()))
      return R_ALREADY_EXISTS;
    r = make_next(domain, way, arena, ret_signing);
  }
  return r;
}

RESULT domain_signing_open(const struct domain *domain, struct arena *arena)
{
  struct domain_signing first;
  TRY(domain_signing_read(domain, arena));
  if (authn_keyring_newest(domain->issuer.ring).generation > 0)
    return R_OK;
  enum result r = make_next(domain, DOMAIN_SIGNING_BY_SCHEDULE, arena, &first);
  return r == R_ALREADY_EXISTS ? domain_signing_read(domain, arena) : r;
}

bool domain_signing_due(const struct domain *domain, int64_t now)
{
  struct authn_keyring_newest newest = authn_keyring_newest(domain->issuer.ring);
  return newest.generation == 0 || now >= newest.signs_from + domain->limits.signing_key_time;
}

RESULT domain_signing_prune(const struct domain *domain, struct arena *arena)
{
  struct store_call store = store_of(domain, arena);
  return store_signing_prune(&store, AUTHN_KEYRING_LINGER);
}
