/* Entries under a lock that is held for a look and no longer: signing and verifying goes on with a share of the key.
   Trusts: nothing of a row before its seal is open under its own name. */
#include "authn/keyring.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "json/write.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { COORDINATE = 32, COORDINATE_TEXT = TEXT_BASE64URL_LENGTH(COORDINATE), JSON_MOST = 256 };

struct entry {
  int generation;
  char kid[AUTHN_KID + 1];
  char header[AUTHN_KEYRING_HEADER];
  char x[COORDINATE_TEXT + 1], y[COORDINATE_TEXT + 1];
  int64_t signs_from, ends_at;
  struct crypto_signature_key *key;
};

struct entries {
  struct entry list[AUTHN_KEYRING_MOST]; /* the newest first */
  size_t count;
  int generation; /* the newest there is, also when it does not open */
};

struct authn_keyring {
  const struct crypto_keys *keys;
  pthread_mutex_t lock;
  struct entries entries; /* under the lock; changed by authn_keyring_read alone */
  _Atomic uint64_t losses;
  atomic_bool doubted;
};

RESULT authn_keyring_open(const struct crypto_keys *keys, struct arena *arena, struct authn_keyring **ret_ring)
{
  struct authn_keyring *ring = arena_alloc(arena, sizeof *ring);
  if (!ring)
    return R_NO_MEMORY;
  ring->keys = keys;
  pthread_mutex_init(&ring->lock, NULL);
  *ret_ring = ring;
  return R_OK;
}

static void release(struct entries *entries)
{
  for (size_t i = 0; i < entries->count; i++)
    crypto_signature_key_free(&entries->list[i].key);
  entries->count = 0;
}

void authn_keyring_close(struct authn_keyring **ring)
{
  if (!ring || !*ring)
    return;
  release(&(*ring)->entries);
  pthread_mutex_destroy(&(*ring)->lock);
  *ring = NULL;
}

/* RFC 7638: over the members that make the key, in the order of their names. */
static RESULT name_key(const struct crypto_signature_key *key, struct entry *e)
{
  unsigned char point[CRYPTO_SIGNATURE_POINT], digest[CRYPTO_DIGEST];
  char json[JSON_MOST];
  TRY(crypto_signature_key_point(key, point));
  e->x[text_base64url_encode(point, COORDINATE, e->x)] = '\0';
  e->y[text_base64url_encode(point + COORDINATE, COORDINATE, e->y)] = '\0';
  int n = snprintf(json, sizeof json, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", e->x, e->y);
  TRY(crypto_digest((struct str){json, (size_t)n}, digest));
  e->kid[text_base64url_encode(digest, sizeof digest, e->kid)] = '\0';
  n = snprintf(json, sizeof json, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"at+jwt\"}", e->kid);
  _Static_assert(TEXT_BASE64URL_LENGTH(82) == AUTHN_KEYRING_HEADER, "the header's length is known");
  if (n != 82)
    return FAULT(R_INTERNAL);
  text_base64url_encode((const unsigned char *)json, (size_t)n, e->header);
  return R_OK;
}

RESULT authn_keyring_make(const struct authn_keyring *ring, struct arena *arena, char ret_kid[AUTHN_KID + 1],
                          struct str *ret_sealed)
{
  struct crypto_signature_key *key CLEANUP(crypto_signature_key_free) = NULL;
  unsigned char bytes[CRYPTO_SIGNATURE_KEY];
  struct entry named;
  TRY(crypto_signature_key_new(&key));
  TRY(name_key(key, &named));
  TRY(crypto_signature_key_export(key, bytes));
  struct crypto_binding binding = {ring->keys, CRYPTO_SIGNING_KEY, {named.kid, AUTHN_KID}};
  enum result r = crypto_seal(&binding, (struct str){(const char *)bytes, sizeof bytes}, arena, ret_sealed);
  secret_wipe(bytes, sizeof bytes);
  if (r == R_OK)
    memcpy(ret_kid, named.kid, sizeof named.kid);
  return r;
}

/* A row is what it says only if it was sealed under the name that its own public half gives it. */
static RESULT open_row(const struct authn_keyring *ring, const struct store_signing_key *row, struct entry *ret_entry)
{
  unsigned char bytes[CRYPTO_SIGNATURE_KEY];
  struct crypto_signature_key *key CLEANUP(crypto_signature_key_free) = NULL;
  struct crypto_binding binding = {ring->keys, CRYPTO_SIGNING_KEY, row->kid};
  if (row->sealed.n != sizeof bytes + CRYPTO_SEAL_EXTRA)
    return R_NOT_FOUND;
  TRY(crypto_unseal_into(&binding, row->sealed, bytes));
  enum result r = crypto_signature_key_load(bytes, &key);
  secret_wipe(bytes, sizeof bytes);
  TRY(r);
  TRY(name_key(key, ret_entry));
  if (!str_is(row->kid, ret_entry->kid))
    return R_NOT_FOUND;
  ret_entry->key = key;
  key = NULL;
  return R_OK;
}

static const struct entry *entry_named(const struct entries *entries, struct str kid)
{
  for (size_t i = 0; i < entries->count; i++)
    if (str_is(kid, entries->list[i].kid))
      return &entries->list[i];
  return NULL;
}

/* One that is here already is not opened again. */
static RESULT take_row(const struct authn_keyring *ring, const struct store_signing_key *row, struct entries *entries)
{
  const struct entry *known = entry_named(&ring->entries, row->kid);
  struct entry e = {0};
  if (known) {
    e = *known;
    e.key = crypto_signature_key_share(known->key);
  }
  enum result r = known ? R_OK : open_row(ring, row, &e);
  if (r == R_NOT_FOUND || r == R_RULE) {
    log_line(LOG_ERROR, "signing key of generation %d does not open", row->generation);
    return R_OK;
  }
  TRY(r);
  if (!e.key)
    return FAULT(R_INTERNAL);
  e.generation = row->generation;
  e.signs_from = row->signs_from;
  e.ends_at = row->ends_at ? row->ends_at : INT64_MAX;
  entries->list[entries->count++] = e;
  return R_OK;
}

static bool is_loss(const struct entries *before, const struct entries *after)
{
  for (size_t i = 0; i < before->count; i++) {
    const struct entry *e = &before->list[i], *now = entry_named(after, str_of(e->kid));
    if (!now || now->ends_at < e->ends_at)
      return true;
  }
  return false;
}

RESULT authn_keyring_read(struct authn_keyring *ring, const struct store_call *auth)
{
  const struct store_signing_key *rows;
  size_t count;
  TRY(store_signing_list(auth, AUTHN_KEYRING_LINGER, &rows, &count));
  return authn_keyring_take(ring, rows, count);
}

RESULT authn_keyring_take(struct authn_keyring *ring, const struct store_signing_key *rows, size_t count)
{
  struct entries entries CLEANUP(release) = {0}, before;
  entries.generation = count ? rows[0].generation : 0;
  for (size_t i = 0; i < count && i < AUTHN_KEYRING_MOST; i++)
    TRY(take_row(ring, &rows[i], &entries));
  bool loss = is_loss(&ring->entries, &entries);
  pthread_mutex_lock(&ring->lock);
  before = ring->entries;
  ring->entries = entries;
  if (loss)
    atomic_fetch_add(&ring->losses, 1);
  pthread_mutex_unlock(&ring->lock);
  entries = before;
  return R_OK;
}

static RESULT share(const struct entry *e, struct authn_keyring_key *ret_key)
{
  struct crypto_signature_key *key = crypto_signature_key_share(e->key);
  if (!key)
    return FAULT(R_INTERNAL);
  ret_key->key = key;
  ret_key->ends_at = e->ends_at;
  memcpy(ret_key->header, e->header, sizeof e->header);
  return R_OK;
}

/* Before the time of the first has come, by a clock that is behind, the oldest signs: it is believed wherever it is
 * known. */
static const struct entry *signer_at(const struct entries *entries, int64_t now)
{
  const struct entry *oldest = NULL;
  for (size_t i = 0; i < entries->count; i++) {
    const struct entry *e = &entries->list[i];
    if (now >= e->ends_at)
      continue;
    if (now >= e->signs_from)
      return e;
    oldest = e;
  }
  return oldest;
}

RESULT authn_keyring_signer(struct authn_keyring *ring, int64_t now, struct authn_keyring_key *ret_key)
{
  pthread_mutex_lock(&ring->lock);
  const struct entry *e = signer_at(&ring->entries, now);
  enum result r = e ? share(e, ret_key) : FAULT(R_UNAVAILABLE);
  pthread_mutex_unlock(&ring->lock);
  return r;
}

static const struct entry *entry_with(const struct entries *entries, struct str header)
{
  for (size_t i = 0; i < entries->count; i++)
    if (memcmp(entries->list[i].header, header.p, AUTHN_KEYRING_HEADER) == 0)
      return &entries->list[i];
  return NULL;
}

RESULT authn_keyring_verifier(struct authn_keyring *ring, struct str header, int64_t now,
                              struct authn_keyring_key *ret_key)
{
  if (header.n != AUTHN_KEYRING_HEADER)
    return R_UNAUTHENTICATED;
  pthread_mutex_lock(&ring->lock);
  const struct entry *e = entry_with(&ring->entries, header);
  enum result r = e && now < e->ends_at ? share(e, ret_key) : R_UNAUTHENTICATED;
  pthread_mutex_unlock(&ring->lock);
  if (!e)
    atomic_store(&ring->doubted, true);
  return r;
}

bool authn_keyring_doubted(struct authn_keyring *ring) { return atomic_exchange(&ring->doubted, false); }

uint64_t authn_keyring_losses(const struct authn_keyring *ring) { return atomic_load(&ring->losses); }

struct authn_keyring_newest authn_keyring_newest(struct authn_keyring *ring)
{
  struct authn_keyring_newest newest = {0};
  pthread_mutex_lock(&ring->lock);
  newest.count = ring->entries.count;
  newest.generation = ring->entries.generation;
  newest.signs_from = newest.count ? ring->entries.list[0].signs_from : 0;
  pthread_mutex_unlock(&ring->lock);
  return newest;
}

static void put_jwk(struct json_writer *w, const struct entry *e)
{
  const struct {
    const char *name, *value;
  } members[] = {{"kty", "EC"},   {"crv", "P-256"}, {"use", "sig"}, {"alg", "ES256"},
                 {"kid", e->kid}, {"x", e->x},      {"y", e->y}};
  json_open(w, '{');
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    json_key(w, members[i].name);
    json_put_text(w, str_of(members[i].value));
  }
  json_close(w, '}');
}

void authn_keyring_publish(struct authn_keyring *ring, int64_t now, struct buf *json)
{
  struct json_writer w = json_writer_on(json);
  json_open(&w, '{');
  json_key(&w, "keys");
  json_open(&w, '[');
  pthread_mutex_lock(&ring->lock);
  for (size_t i = 0; i < ring->entries.count; i++)
    if (now < ring->entries.list[i].ends_at)
      put_jwk(&w, &ring->entries.list[i]);
  pthread_mutex_unlock(&ring->lock);
  json_close(&w, ']');
  json_close(&w, '}');
}
