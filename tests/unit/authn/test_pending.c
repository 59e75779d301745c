/* Proves that a token opens as it was sealed, within its time, and that nothing else ever opens. */
#define _GNU_SOURCE /* memmem */
#include "authn/pending.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { PLAIN = 53, SEALED = PLAIN + CRYPTO_SEAL_EXTRA, TEXT = 4 + TEXT_BASE64URL_LENGTH(SEALED) };

static const int64_t issued = 1700000000 * CLOCK_SECOND, lifetime = 900 * CLOCK_SECOND;
static struct crypto_keys *keys, *other_keys;
static struct arena *arena;

static int open_all(void **state)
{
  (void)state;
  unsigned char master[32] = {1, 2, 3}, other[32] = {1, 2, 4};
  arena = arena_new(64 << 20);
  bool opened = arena && crypto_keys_open((struct secret){master, sizeof master}, &keys) == R_OK &&
                crypto_keys_open((struct secret){other, sizeof other}, &other_keys) == R_OK;
  return opened ? 0 : -1;
}

static int close_all(void **state)
{
  (void)state;
  crypto_keys_close(&keys);
  crypto_keys_close(&other_keys);
  arena_free(&arena);
  return 0;
}

static struct authn_pending sample(void)
{
  return (struct authn_pending){.step = AUTHN_STEP_FACTOR,
                                .principal = {"principal 16 byt"},
                                .session = {"session 16 bytes"},
                                .epoch = 0xfedcba98,
                                .audience = AUTHN_ANALYTICS,
                                .issued_at = issued,
                                .expires_at = issued + lifetime};
}

static struct str sealed_text(void)
{
  const struct authn_pending pending = sample();
  struct str text;
  assert_int_equal(authn_pending_seal(keys, &pending, arena, &text), R_OK);
  assert_int_equal(text.n, TEXT);
  return text;
}

static enum result open_at(struct str text, int64_t now)
{
  struct authn_pending pending, untouched;
  memset(&pending, 0x5a, sizeof pending);
  memset(&untouched, 0x5a, sizeof untouched);
  enum result r = authn_pending_open(keys, AUTHN_STEP_FACTOR, text, now, &pending);
  if (r != R_OK)
    assert_memory_equal(&pending, &untouched, sizeof pending);
  return r;
}

static void refused(struct str text) { assert_int_equal(open_at(text, issued), R_UNAUTHENTICATED); }

static void a_token_opens_as_it_was_sealed(void **state)
{
  (void)state;
  const struct authn_pending in = sample();
  struct authn_pending out;
  assert_int_equal(authn_pending_open(keys, AUTHN_STEP_FACTOR, sealed_text(), issued, &out), R_OK);
  assert_true(uuid_equal(&in.principal, &out.principal));
  assert_true(uuid_equal(&in.session, &out.session));
  assert_int_equal(out.epoch, in.epoch);
  assert_int_equal(out.audience, AUTHN_ANALYTICS);
  assert_true(out.issued_at == in.issued_at && out.expires_at == in.expires_at);
}

static void its_text_shows_nothing_of_it_and_never_repeats(void **state)
{
  (void)state;
  struct str a = sealed_text(), b = sealed_text();
  unsigned char bytes[SEALED];
  size_t n;
  assert_true(str_starts(a, STR("bw1_")));
  assert_false(str_equal(a, b));
  assert_true(text_base64url_decode((struct str){a.p + 4, a.n - 4}, sizeof bytes, bytes, &n));
  assert_null(memmem(bytes, n, "principal", 9));
  assert_null(memmem(bytes, n, "session", 7));
}

static void it_opens_until_it_expires(void **state)
{
  (void)state;
  struct str text = sealed_text();
  assert_int_equal(open_at(text, issued + lifetime - 1), R_OK);
  assert_int_equal(open_at(text, issued + lifetime), R_UNAUTHENTICATED);
  assert_int_equal(open_at(text, issued + lifetime + CLOCK_SECOND), R_UNAUTHENTICATED);
  assert_int_equal(open_at(text, INT64_MAX - AUTHN_SKEW), R_UNAUTHENTICATED);
}

static void a_clock_may_be_a_minute_behind(void **state)
{
  (void)state;
  struct str text = sealed_text();
  assert_int_equal(open_at(text, issued - 60 * CLOCK_SECOND), R_OK);
  assert_int_equal(open_at(text, issued - 60 * CLOCK_SECOND - 1), R_UNAUTHENTICATED);
  assert_int_equal(open_at(text, 0), R_UNAUTHENTICATED);
}

static struct str forged_as(enum crypto_purpose purpose, const unsigned char *plain, size_t n)
{
  struct str sealed;
  const struct crypto_binding binding = {keys, purpose, STR_NONE};
  assert_int_equal(crypto_seal(&binding, (struct str){(const char *)plain, n}, arena, &sealed), R_OK);
  char *text = arena_alloc(arena, 4 + TEXT_BASE64URL_LENGTH(sealed.n));
  assert_non_null(text);
  memcpy(text, "bw1_", 4);
  return (struct str){text, 4 + text_base64url_encode((const unsigned char *)sealed.p, sealed.n, text + 4)};
}

static struct str forged(const unsigned char *plain, size_t n) { return forged_as(CRYPTO_PENDING_TOKEN, plain, n); }

static void plain_bytes(unsigned char ret_plain[PLAIN + 10])
{
  struct str text = sealed_text();
  unsigned char bytes[SEALED];
  size_t n;
  const struct crypto_binding binding = {keys, CRYPTO_PENDING_TOKEN, STR_NONE};
  assert_true(text_base64url_decode((struct str){text.p + 4, text.n - 4}, sizeof bytes, bytes, &n));
  assert_int_equal(crypto_unseal_into(&binding, (struct str){(char *)bytes, n}, ret_plain), R_OK);
}

/* SECURITY.md D4: what is sealed for another end, be it with the very same bytes, is no pending token. */
static void another_purpose_or_key_opens_nothing(void **state)
{
  (void)state;
  struct authn_pending pending;
  unsigned char plain[PLAIN + 10];
  plain_bytes(plain);
  for (enum crypto_purpose p = 1; p < CRYPTO__PURPOSES; p++)
    if (p != CRYPTO_PENDING_TOKEN)
      refused(forged_as(p, plain, PLAIN));
  assert_int_equal(authn_pending_open(other_keys, AUTHN_STEP_FACTOR, sealed_text(), issued, &pending), R_UNAUTHENTICATED);
}

/* Changes each character in turn to three others, one of them outside the alphabet. */
static size_t changed_characters(struct str text)
{
  size_t tried = 0;
  char copy[TEXT];
  for (size_t i = 0; i < text.n; i++)
    for (const char *other = "A_%"; *other; other++) {
      memcpy(copy, text.p, text.n);
      copy[i] = copy[i] == *other ? 'B' : *other;
      refused((struct str){copy, text.n});
      tried++;
    }
  return tried;
}

static size_t flipped_bits(struct str text)
{
  size_t n, tried = 0;
  unsigned char bytes[SEALED];
  char copy[TEXT] = "bw1_";
  assert_true(text_base64url_decode((struct str){text.p + 4, text.n - 4}, sizeof bytes, bytes, &n));
  for (; tried < n * 8; tried++) {
    bytes[tried / 8] ^= (unsigned char)(1 << tried % 8);
    text_base64url_encode(bytes, n, copy + 4);
    refused((struct str){copy, TEXT});
    bytes[tried / 8] ^= (unsigned char)(1 << tried % 8);
  }
  return tried;
}

static size_t other_lengths(struct str text)
{
  size_t tried = 0;
  char longer[TEXT + 40];
  memset(longer, 'A', sizeof longer);
  memcpy(longer, text.p, text.n);
  for (size_t n = 0; n <= sizeof longer; n++)
    if (n != text.n) {
      refused((struct str){longer, n});
      tried++;
    }
  for (size_t cut = 1; cut < text.n; cut++, tried++)
    refused((struct str){text.p + cut, text.n - cut});
  return tried;
}

/* Two tokens joined at each place. */
static size_t spliced(struct str a, struct str b)
{
  char both[TEXT];
  size_t tried = 0;
  for (size_t at = 5; at < TEXT - 1; at++) {
    memcpy(both, a.p, at);
    memcpy(both + at, b.p + at, TEXT - at);
    if (memcmp(both, a.p, TEXT) == 0 || memcmp(both, b.p, TEXT) == 0)
      continue;
    refused((struct str){both, TEXT});
    tried++;
  }
  return tried;
}

static size_t foreign_texts(void)
{
  static const char *const texts[] = {
      "bw1_",
      "bw2_AAAA",
      "Bearer bw1_AAAA",
      "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "bw1_"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "A",
      "bw1_"
      "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "A",
      "null",
      "' OR 1=1 --",
      "../../etc/passwd",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    refused(str_of(texts[i]));
  refused(STR_NONE);
  return sizeof texts / sizeof *texts + 1;
}

static size_t random_texts(void)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  char text[TEXT] = "bw1_AQ";
  for (size_t i = 0; i < 500; i++) {
    for (size_t j = 6; j < TEXT; j++)
      text[j] = alphabet[random() % 64];
    refused((struct str){text, TEXT});
  }
  return 500;
}

static void no_hostile_token_opens(void **state)
{
  (void)state;
  struct str a = sealed_text(), b = sealed_text();
  srandom(1);
  size_t tried =
      changed_characters(a) + flipped_bits(a) + other_lengths(a) + spliced(a, b) + foreign_texts() + random_texts();
  print_message("%zu hostile tokens, 0 accepted\n", tried);
  assert_true(tried >= 400);
  assert_int_equal(open_at(a, issued), R_OK);
}

/* Even under the right key: a later layout must not read as this one. */
static void a_sealed_text_of_another_layout_is_refused(void **state)
{
  (void)state;
  unsigned char plain[PLAIN + 10] = {0}, changed[PLAIN];
  plain_bytes(plain);
  for (size_t n = 0; n <= sizeof plain; n++)
    assert_int_equal(open_at(forged(plain, n), issued), n == PLAIN ? R_OK : R_UNAUTHENTICATED);
  for (size_t at = PLAIN - 1; at < PLAIN; at++)
    for (unsigned value = 0; value < 256; value++) {
      memcpy(changed, plain, PLAIN);
      changed[at] = (unsigned char)value;
      bool good = value >= 1 && value <= 3;
      assert_int_equal(open_at(forged(changed, PLAIN), issued), good ? R_OK : R_UNAUTHENTICATED);
    }
  memcpy(changed, plain, PLAIN);
  memset(changed, 0, 16);
  refused(forged(changed, PLAIN));
}

static void without_memory_no_token_is_made(void **state)
{
  (void)state;
  const struct authn_pending pending = sample();
  for (size_t limit = 0; limit < SEALED + TEXT + 1; limit++) {
    struct arena *little CLEANUP(arena_free) = arena_new(limit);
    struct str text = STR_NONE;
    assert_int_equal(authn_pending_seal(keys, &pending, little, &text), R_NO_MEMORY);
    assert_null(text.p);
  }
}

static void a_token_of_one_step_opens_no_other(void **state)
{
  (void)state;
  struct authn_pending pending = sample(), found;
  struct str text;
  assert_int_equal(authn_pending_open(keys, AUTHN_STEP_ENROLL, sealed_text(), issued, &found), R_UNAUTHENTICATED);
  pending.step = AUTHN_STEP_ENROLL;
  assert_int_equal(authn_pending_seal(keys, &pending, arena, &text), R_OK);
  assert_int_equal(authn_pending_open(keys, AUTHN_STEP_FACTOR, text, issued, &found), R_UNAUTHENTICATED);
  assert_int_equal(authn_pending_open(keys, AUTHN_STEP_ENROLL, text, issued, &found), R_OK);
  assert_int_equal(found.step, AUTHN_STEP_ENROLL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_token_of_one_step_opens_no_other),
      cmocka_unit_test(a_token_opens_as_it_was_sealed),
      cmocka_unit_test(its_text_shows_nothing_of_it_and_never_repeats),
      cmocka_unit_test(it_opens_until_it_expires),
      cmocka_unit_test(a_clock_may_be_a_minute_behind),
      cmocka_unit_test(another_purpose_or_key_opens_nothing),
      cmocka_unit_test(no_hostile_token_opens),
      cmocka_unit_test(a_sealed_text_of_another_layout_is_refused),
      cmocka_unit_test(without_memory_no_token_is_made),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
