/* The time to check an access token, first and again, with all that the gate asks of the snapshot: token [TOKENS].
   Few tokens unless told: in a request the text has just been received, and is near. */
#include "authn/seen.h"
#include "base/clock.h"
#include <bailiwick/decide.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, CHECKS = 1 << 18, BRANCH = 12, TENANTS = 1000 };

struct bench {
  struct arena *arena;
  struct crypto_keys *keys;
  struct authn_issuer issuer;
  struct bw_model *model;
  struct str *texts;
  size_t count;
  int64_t now;
};

static struct bw_id id_of(unsigned char kind, uint64_t number)
{
  struct bw_id id;
  uint64_t word[2] = {(number + 1) * 0x9e3779b97f4a7c15u, (number ^ (uint64_t)kind << 56) * 0xd6e8feb86659fd93u + 1};
  memcpy(&id, word, sizeof id);
  return id;
}

static struct uuid uuid_of(unsigned char kind, uint64_t number)
{
  struct bw_id id = id_of(kind, number);
  struct uuid uuid;
  memcpy(&uuid, &id, sizeof uuid);
  return uuid;
}

/* A tree of partners, and one person for each token somewhere in it. */
static bool load_model(struct bench *b)
{
  b->model = bw_model_new();
  bool ok = b->model;
  if (!ok)
    return false;
  bw_model_begin(b->model);
  for (uint64_t i = 0; ok && i < TENANTS; i++) {
    struct bw_tenant_fact t = {.id = id_of('t', i), .kind = BW_TENANT_PARTNER, .state = BW_TENANT_ACTIVE};
    if (i)
      t.parent = id_of('t', (i - 1) / BRANCH);
    ok = bw_model_put_tenant(b->model, &t);
  }
  for (uint64_t i = 0; ok && i < b->count; i++) {
    struct bw_principal_fact p = {.id = id_of('p', i), .home = id_of('t', i % TENANTS), .kind = BW_PRINCIPAL_USER};
    p.state = BW_PRINCIPAL_ACTIVE;
    ok = bw_model_put_principal(b->model, &p);
  }
  return ok && bw_model_commit(b->model, 1);
}

static RESULT open_issuer(struct bench *b)
{
  unsigned char master[CRYPTO_KEY] = {1, 2, 3};
  struct store_signing_key row = {.generation = 1, .signs_from = b->now};
  char kid[AUTHN_KID + 1];
  b->issuer.url = STR("https://access.example");
  TRY(crypto_keys_open((struct secret){master, sizeof master}, &b->keys));
  TRY(authn_keyring_open(b->keys, b->arena, &b->issuer.ring));
  TRY(authn_seen_open(4 * b->count, b->arena, &b->issuer.seen));
  TRY(authn_keyring_make(b->issuer.ring, b->arena, kid, &row.sealed));
  row.kid = arena_copy(b->arena, str_of(kid));
  return authn_keyring_take(b->issuer.ring, &row, 1);
}

static RESULT issue_all(struct bench *b)
{
  b->texts = arena_array(b->arena, b->count, sizeof *b->texts);
  if (!b->texts)
    return R_NO_MEMORY;
  for (size_t i = 0; i < b->count; i++) {
    struct authn_token token = {.caller = {.principal = uuid_of('p', i),
                                           .session = uuid_of('s', i),
                                           .kind = AUTHN_USER,
                                           .strength = AUTHN_TWO_FACTORS,
                                           .authenticated_at = b->now,
                                           .factor_at = b->now},
                                .audience = AUTHN_SERVICE,
                                .issued_at = b->now,
                                .expires_at = b->now + 900 * CLOCK_SECOND};
    TRY(authn_token_issue(&b->issuer, &token, b->arena, &b->texts[i]));
  }
  return R_OK;
}

/* As the gate does. */
static bool check(const struct bench *b, size_t i, struct arena *arena)
{
  struct authn_token token;
  struct bw_principal_fact fact;
  struct bw_id subject, session;
  if (authn_token_check(&b->issuer, b->texts[i], b->now, arena, &token) != R_OK)
    return false;
  memcpy(&subject, &token.caller.principal, sizeof subject);
  memcpy(&session, &token.caller.session, sizeof session);
  return bw_session_alive(b->model, &subject, &session, token.caller.epoch) && bw_principal(b->model, &subject, &fact);
}

/* Of this thread's processor alone: what others do on the machine meanwhile is no cost of a check. */
static double processor_us(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Microseconds each; negative when one was refused. */
static double time_checks(const struct bench *b, size_t checks)
{
  struct arena *arena = arena_new(64 << 20);
  size_t good = 0;
  double began = processor_us();
  for (size_t i = 0; i < checks; i++)
    good += check(b, i * 7919 % b->count, arena);
  double each = (processor_us() - began) / (double)checks;
  arena_free(&arena);
  return good == checks ? each : -1;
}

int main(int argc, char **argv)
{
  struct bench b = {.arena = arena_new(256 << 20), .now = clock_now(), .count = 250};
  if (argc > 1)
    b.count = strtoull(argv[1], NULL, 10);
  if (!b.arena || b.count == 0 || open_issuer(&b) != R_OK || issue_all(&b) != R_OK || !load_model(&b))
    return 1;
  double first = time_checks(&b, b.count);
  printf("%zu tokens of %zu bytes, %.2f us the first check\n", b.count, b.texts[0].n, first);
  bool good = first > 0;
  for (int round = 0; round < ROUNDS; round++) {
    double again = time_checks(&b, CHECKS);
    printf("%.3f us a check again\n", again);
    good = good && again > 0;
  }
  bw_model_free(b.model);
  authn_seen_close(&b.issuer.seen);
  authn_keyring_close(&b.issuer.ring);
  crypto_keys_close(&b.keys);
  arena_free(&b.arena);
  return good ? 0 : 1;
}
