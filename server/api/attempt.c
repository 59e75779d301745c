/* Running a change: at most three times, in one transaction, once for one Idempotency-Key. */
#include "api/attempt.h"
#include "api/routes.h"
#include "authn/revision.h"
#include "crypto/digest.h"
#include "store/idempotency.h"

enum { TRIES = 3, KEY_MOST = 255 };
static const int64_t APPLY_WAIT = 2 * CLOCK_SECOND;

/* The key of a creating POST; .p NULL without one. */
static enum result key_of(struct api_call *call, struct str *ret_key)
{
  *ret_key = STR_NONE;
  if (!api_route_creates(&api_routes[call->route]))
    return R_OK;
  struct str key = http_request_header(call->request, "Idempotency-Key");
  if (key.p && (key.n == 0 || key.n > KEY_MOST))
    return api_wrong(call, "Idempotency-Key", "out_of_range", "must have 1 to 255 characters");
  *ret_key = key;
  return R_OK;
}

RESULT api_attempt_keyless(struct api_call *call)
{
  if (!http_request_header(call->request, "Idempotency-Key").p)
    return R_OK;
  return api_wrong(call, "Idempotency-Key", "unknown", "is not taken here: nothing of this reply is kept");
}

/* Whatever the path names, in its order. */
static void put_path(struct buf *text, struct api_call *call)
{
  struct str rest = str_of(api_routes[call->route].http.path);
  for ((void)str_cut(&rest, '{'); rest.p; (void)str_cut(&rest, '{')) {
    struct str name = arena_copy(call->arena, str_cut(&rest, '}'));
    if (name.p)
      buf_put(text, http_request_path(call->request, name.p));
    buf_put_char(text, ' ');
  }
}

/* What the key stands for: the operation, its target and its body. */
static enum result request_digest(struct api_call *call, unsigned char ret_digest[CRYPTO_DIGEST])
{
  struct str body = http_request_body(call->request);
  struct buf text = buf_in(call->arena, body.n + 65536);
  char tenant[UUID_TEXT], object[UUID_TEXT];
  uuid_format(&call->tenant, tenant);
  uuid_format(&call->object, object);
  buf_print(&text, "%s %s %s ", api_routes[call->route].http.operation, tenant, object);
  put_path(&text, call);
  buf_put(&text, body);
  struct str all = buf_str(&text);
  return all.p ? crypto_digest(all, ret_digest) : R_NO_MEMORY;
}

static enum result claim(struct api_call *call, const struct store_key *key, bool *ret_answered)
{
  enum store_claim claim;
  struct store_reply kept;
  TRY(store_idempotency_claim(call->change.tx, key, &claim, &kept));
  if (claim == STORE_CLAIM_MISMATCH)
    return R_KEY_REUSED;
  *ret_answered = claim == STORE_CLAIM_REPLAY;
  if (claim == STORE_CLAIM_NEW)
    return R_OK;
  http_reply_body(call->reply, kept.status, "application/json", kept.body);
  http_reply_header(call->reply, "Idempotency-Replayed", STR("true"));
  if (kept.location.n)
    http_reply_header(call->reply, "Location", kept.location);
  return R_OK;
}

static enum result keep(struct api_call *call, const struct store_key *key)
{
  struct store_reply reply = {.status = http_reply_status(call->reply),
                              .body = call->keep.p ? call->keep : http_reply_content(call->reply),
                              .location = call->location};
  return store_idempotency_keep(call->change.tx, key, &reply);
}

static enum result attempt(struct api_call *call)
{
  struct store_call store = api_store(call, call->scope);
  CLEANUP(store_tx_close) struct store_tx *tx = NULL;
  unsigned char digest[CRYPTO_DIGEST];
  struct store_key key = {
      .root_tenant = call->root, .principal = call->caller.principal, .digest = {(const char *)digest, sizeof digest}};
  bool answered = false;
  http_reply_clear(call->reply); /* of what an attempt before had filled */
  call->keep = call->location = STR_NONE;
  TRY(key_of(call, &key.key));
  TRY(request_digest(call, digest));
  TRY(store_tx_open(&store, &tx));
  call->change = api_change(call, tx);
  if (key.key.p)
    TRY(claim(call, &key, &answered));
  if (answered)
    return R_OK;
  TRY(api_routes[call->route].run(call));
  TRY(api_surplus(call));
  if (call->rehearsal)
    return call->change.events == 0 ? R_OK : FAULT(R_INTERNAL);
  if (call->change.events == 0)
    return FAULT(R_INTERNAL);
  if (key.key.p)
    TRY(keep(call, &key));
  return store_tx_commit(tx, &call->revision);
}

RESULT api_attempt(struct api_call *call)
{
  enum result r = R_AGAIN;
  for (int i = 0; r == R_AGAIN && i < TRIES; i++)
    r = attempt(call);
  call->change.tx = NULL;
  return r;
}

/* All tenants' changes have one count: sealed, it tells nobody how busy the others are. */
static void tell(struct api_call *call)
{
  char *text = arena_alloc(call->arena, AUTHN_REVISION_TEXT);
  if (text && authn_revision_seal(call->api->domain->keys, call->revision, text) == R_OK)
    http_reply_header(call->reply, "Policy-Revision", str_of(text));
}

void api_attempt_settle(struct api_call *call)
{
  struct policy *policy = call->api->domain->policy;
  if (call->revision == 0)
    return;
  /* The change is committed: a follower that lags makes this process unfresh, not the change undone. */
  enum result applied = policy_wait(policy, call->revision, clock_monotonic() + APPLY_WAIT);
  if (call->revision == STORE_REVISION_UNKNOWN) {
    if (applied != R_OK)
      return;
    call->revision = bw_model_revision(policy_model(policy));
  }
  tell(call);
}
