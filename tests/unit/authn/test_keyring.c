/* Proves which key signs when, which is believed until when, and that a row is a key only under its own seal and name.
 */
#define _GNU_SOURCE /* memmem */
#include "authn/ring.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "json/parse.h"
#include <pthread.h>
#include <stdatomic.h>

static const int64_t start = 1700000000 * CLOCK_SECOND, lead = 600 * CLOCK_SECOND;
static struct crypto_keys *keys, *other_keys;
static struct arena *arena;
static struct authn_keyring *ring;

static int open_keys(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3}, other[32] = {1, 2, 4};
  log_set_level(LOG_ERROR + 1);
  return crypto_keys_open((struct secret){master, sizeof master}, &keys) == R_OK &&
                 crypto_keys_open((struct secret){other, sizeof other}, &other_keys) == R_OK
             ? 0
             : -1;
}

static int close_keys(void **state)
{
  (void)state;
  crypto_keys_close(&keys);
  crypto_keys_close(&other_keys);
  return 0;
}

static int begin(void **state)
{
  (void)state;
  arena = arena_new(16 << 20);
  return arena && authn_keyring_open(keys, arena, &ring) == R_OK ? 0 : -1;
}

static int end(void **state)
{
  (void)state;
  authn_keyring_close(&ring);
  arena_free(&arena);
  return 0;
}

static void take(const struct store_signing_key *rows, size_t count)
{
  assert_int_equal(authn_keyring_take(ring, rows, count), R_OK);
}

/* Which of the rows signs at that time; -1: none. */
static int signer(const struct store_signing_key *rows, size_t count, int64_t now)
{
  struct authn_keyring_key key;
  unsigned char json[128];
  size_t n;
  if (authn_keyring_signer(ring, now, &key) != R_OK)
    return -1;
  crypto_signature_key_free(&key.key);
  assert_true(text_base64url_decode((struct str){key.header, sizeof key.header}, sizeof json, json, &n));
  for (size_t i = 0; i < count; i++)
    if (memmem(json, n, rows[i].kid.p, rows[i].kid.n))
      return (int)i;
  fail_msg("an unknown key signs");
  return -1;
}

/* The header that the tokens of a row begin with. */
static struct str header_of(struct str kid)
{
  struct str json = arena_print(arena, "{\"alg\":\"ES256\",\"kid\":\"%.*s\",\"typ\":\"at+jwt\"}", (int)kid.n, kid.p);
  char *text = arena_alloc(arena, AUTHN_KEYRING_HEADER + 1);
  return (struct str){text, text_base64url_encode((const unsigned char *)json.p, json.n, text)};
}

static enum result verifier(struct str header, int64_t now)
{
  struct authn_keyring_key key = {0};
  enum result r = authn_keyring_verifier(ring, header, now, &key);
  assert_true((r == R_OK) == (key.key != NULL));
  crypto_signature_key_free(&key.key);
  return r;
}

static void the_newest_whose_time_has_come_signs(void **state)
{
  (void)state;
  struct store_signing_key rows[] = {ring_row(ring, 3, start + 2 * lead, arena), ring_row(ring, 2, start + lead, arena),
                                     ring_row(ring, 1, start, arena)};
  assert_int_equal(signer(rows, 3, start), -1);
  take(rows, 3);
  assert_int_equal(signer(rows, 3, start), 2);
  assert_int_equal(signer(rows, 3, start + lead - 1), 2);
  assert_int_equal(signer(rows, 3, start + lead), 1);
  assert_int_equal(signer(rows, 3, start + 2 * lead), 0);
  assert_int_equal(signer(rows, 3, start - lead), 2); /* by a clock that is behind */
}

static void a_key_is_believed_until_its_end(void **state)
{
  (void)state;
  struct store_signing_key rows[] = {ring_row(ring, 2, start + lead, arena), ring_row(ring, 1, start, arena)};
  rows[1].ends_at = start + 2 * lead;
  take(rows, 2);
  struct str old = header_of(rows[1].kid), new = header_of(rows[0].kid);
  assert_int_equal(verifier(new, start), R_OK); /* before it signs here it may sign elsewhere */
  assert_int_equal(verifier(old, start + 2 * lead - 1), R_OK);
  assert_int_equal(verifier(old, start + 2 * lead), R_UNAUTHENTICATED);
  assert_int_equal(verifier(new, start + 1000 * lead), R_OK);
  assert_false(authn_keyring_doubted(ring));
}

static void a_key_that_is_over_signs_no_more(void **state)
{
  (void)state;
  struct store_signing_key rows[] = {ring_row(ring, 3, start + 5 * CLOCK_SECOND, arena),
                                     ring_row(ring, 2, start + lead, arena), ring_row(ring, 1, start, arena)};
  rows[1].ends_at = rows[2].ends_at = start + 5 * CLOCK_SECOND;
  take(rows, 3);
  assert_int_equal(signer(rows, 3, start + 4 * CLOCK_SECOND), 2);
  assert_int_equal(signer(rows, 3, start + 5 * CLOCK_SECOND), 0);
  assert_int_equal(signer(rows, 3, start + 2 * lead), 0);
}

/* SECURITY.md D9: the header is compared, not read: no name that it says leads anywhere. */
static void an_unknown_header_is_refused_and_asked_about_once(void **state)
{
  (void)state;
  struct store_signing_key row = ring_row(ring, 1, start, arena), foreign = ring_row(ring, 1, start, arena);
  take(&row, 1);
  struct str known = header_of(row.kid);
  for (size_t i = 0; i < known.n; i++) {
    char *changed = arena_alloc(arena, known.n);
    memcpy(changed, known.p, known.n);
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    assert_int_equal(verifier((struct str){changed, known.n}, start), R_UNAUTHENTICATED);
    assert_int_equal(verifier((struct str){known.p, i}, start), R_UNAUTHENTICATED);
  }
  for (int i = 0; i < 1000; i++)
    assert_int_equal(verifier(header_of(foreign.kid), start), R_UNAUTHENTICATED);
  assert_true(authn_keyring_doubted(ring));
  assert_false(authn_keyring_doubted(ring));
}

static void what_does_not_open_under_its_name_is_no_key(void **state)
{
  (void)state;
  CLEANUP(arena_free) struct arena *theirs = arena_new(1 << 20);
  struct authn_keyring *foreign;
  assert_int_equal(authn_keyring_open(other_keys, theirs, &foreign), R_OK);
  struct store_signing_key good = ring_row(ring, 1, start, arena), other = ring_row(ring, 2, start, arena);
  struct store_signing_key sealed_elsewhere = ring_row(foreign, 3, start, theirs);
  struct store_signing_key exchanged = {4, good.kid, other.sealed, start, 0};
  struct store_signing_key renamed = {5, STR("../../etc/passwd"), good.sealed, start, 0};
  struct store_signing_key cut = {6, good.kid, {good.sealed.p, good.sealed.n - 1}, start, 0};
  struct store_signing_key none = {7, good.kid, STR_NONE, start, 0};
  const struct store_signing_key rows[] = {none, cut, renamed, exchanged, sealed_elsewhere};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    take(&rows[i], 1);
    assert_int_equal(authn_keyring_newest(ring).count, 0);
    assert_int_equal(authn_keyring_newest(ring).generation, rows[i].generation);
  }
  authn_keyring_close(&foreign);
  take(&good, 1);
  assert_int_equal(authn_keyring_newest(ring).count, 1);
}

/* A pair under its own seal, but named otherwise than by its public half. */
static void a_pair_is_named_by_itself(void **state)
{
  (void)state;
  struct crypto_signature_key *pair CLEANUP(crypto_signature_key_free) = NULL;
  unsigned char bytes[CRYPTO_SIGNATURE_KEY];
  struct store_signing_key row = {1, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), STR_NONE, start, 0};
  struct crypto_binding binding = {keys, CRYPTO_SIGNING_KEY, row.kid};
  assert_int_equal(crypto_signature_key_new(&pair), R_OK);
  assert_int_equal(crypto_signature_key_export(pair, bytes), R_OK);
  struct str plain = {(const char *)bytes, sizeof bytes};
  assert_int_equal(crypto_seal(&binding, plain, arena, &row.sealed), R_OK);
  take(&row, 1);
  assert_int_equal(authn_keyring_newest(ring).count, 0);
}

static void the_vault_keeps_no_private_key_in_clear(void **state)
{
  (void)state;
  struct store_signing_key row = ring_row(ring, 1, start, arena);
  struct crypto_binding binding = {keys, CRYPTO_SIGNING_KEY, row.kid};
  unsigned char plain[CRYPTO_SIGNATURE_KEY];
  assert_int_equal(row.sealed.n, sizeof plain + CRYPTO_SEAL_EXTRA);
  assert_int_equal(crypto_unseal_into(&binding, row.sealed, plain), R_OK);
  for (size_t i = 0; i + 8 <= sizeof plain; i++)
    assert_null(memmem(row.sealed.p, row.sealed.n, plain + i, 8));
}

static void a_loss_is_counted_and_a_gain_is_not(void **state)
{
  (void)state;
  struct store_signing_key rows[] = {ring_row(ring, 2, start + lead, arena), ring_row(ring, 1, start, arena)};
  uint64_t before = authn_keyring_losses(ring);
  take(rows + 1, 1);
  take(rows, 2);
  take(rows, 2);
  assert_true(authn_keyring_losses(ring) == before);
  rows[1].ends_at = start + 2 * lead;
  take(rows, 2);
  assert_true(authn_keyring_losses(ring) == before + 1);
  take(rows, 2);
  rows[1].ends_at = start + 3 * lead;
  take(rows, 2);
  assert_true(authn_keyring_losses(ring) == before + 1);
  take(rows, 1);
  assert_true(authn_keyring_losses(ring) == before + 2);
  take(NULL, 0);
  assert_true(authn_keyring_losses(ring) == before + 3);
}

static void what_is_published_is_public_and_believed(void **state)
{
  (void)state;
  struct store_signing_key rows[] = {ring_row(ring, 2, start + lead, arena), ring_row(ring, 1, start, arena)};
  const struct json *set;
  rows[1].ends_at = start + 2 * lead;
  take(rows, 2);
  for (int after = 0; after < 2; after++) {
    struct buf text = buf_in(arena, 1 << 14);
    authn_keyring_publish(ring, after ? rows[1].ends_at : start, &text);
    assert_int_equal(json_parse(buf_str(&text), arena, &set), R_OK);
    const struct json *list = json_member(set, "keys");
    assert_int_equal(json_count(list), after ? 1 : 2);
    for (size_t i = 0; i < json_count(list); i++) {
      assert_int_equal(json_count(json_at(list, i)), 7);
      assert_true(str_equal(json_str(json_member(json_at(list, i), "kid")), rows[i].kid));
      assert_null(json_member(json_at(list, i), "d"));
    }
  }
}

static void no_more_are_taken_than_there_is_room_for(void **state)
{
  (void)state;
  struct store_signing_key rows[AUTHN_KEYRING_MOST + 4];
  for (int i = 0; i < AUTHN_KEYRING_MOST + 4; i++)
    rows[i] = ring_row(ring, 100 - i, start, arena);
  take(rows, AUTHN_KEYRING_MOST + 4);
  assert_int_equal(authn_keyring_newest(ring).count, AUTHN_KEYRING_MOST);
  assert_int_equal(authn_keyring_newest(ring).generation, 100);
}

static atomic_bool over;

static void *use(void *header)
{
  while (!atomic_load(&over)) {
    struct authn_keyring_key key = {0};
    unsigned char signature[CRYPTO_SIGNATURE];
    if (authn_keyring_verifier(ring, *(struct str *)header, start, &key) == R_OK)
      assert_int_equal(crypto_signature_make(key.key, STR("text"), signature), R_OK);
    crypto_signature_key_free(&key.key);
  }
  return NULL;
}

static void a_key_that_goes_is_used_to_its_end_by_who_has_it(void **state)
{
  (void)state;
  struct store_signing_key rows[] = {ring_row(ring, 2, start, arena), ring_row(ring, 1, start, arena)};
  struct str header = header_of(rows[1].kid);
  pthread_t threads[3];
  take(rows, 2);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, use, &header), 0);
  for (int i = 0; i < 200; i++)
    take(rows, i % 2 ? 2 : 1);
  atomic_store(&over, true);
  for (size_t i = 0; i < 3; i++)
    pthread_join(threads[i], NULL);
}

static void without_memory_there_is_no_ring_and_no_key(void **state)
{
  (void)state;
  for (size_t limit = 0; limit < CRYPTO_SIGNATURE_KEY + CRYPTO_SEAL_EXTRA; limit += 8) {
    CLEANUP(arena_free) struct arena *little = arena_new(limit);
    struct authn_keyring *none = NULL;
    struct str sealed = STR_NONE;
    char kid[AUTHN_KID + 1] = "";
    assert_int_equal(authn_keyring_open(keys, little, &none), R_NO_MEMORY);
    assert_int_equal(authn_keyring_make(ring, little, kid, &sealed), R_NO_MEMORY);
    assert_true(!none && !sealed.p && !kid[0]);
  }
}

#define test(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      test(the_newest_whose_time_has_come_signs),
      test(a_key_is_believed_until_its_end),
      test(a_key_that_is_over_signs_no_more),
      test(an_unknown_header_is_refused_and_asked_about_once),
      test(what_does_not_open_under_its_name_is_no_key),
      test(a_pair_is_named_by_itself),
      test(the_vault_keeps_no_private_key_in_clear),
      test(a_loss_is_counted_and_a_gain_is_not),
      test(what_is_published_is_public_and_believed),
      test(no_more_are_taken_than_there_is_room_for),
      test(a_key_that_goes_is_used_to_its_end_by_who_has_it),
      test(without_memory_there_is_no_ring_and_no_key),
  };
  return cmocka_run_group_tests(tests, open_keys, close_keys);
}
