/* The codes of a seed (SHA-1, 6 digits), by OpenSSL and not by what is tested. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>

enum { SEED_CODE = 7, SEED_BYTES = 64 };

/* In base 32, as it is shown. */
static inline struct str seed_text(struct secret seed, struct arena *arena)
{
  char *text = arena_alloc(arena, TEXT_BASE32_LENGTH(SEED_BYTES));
  return (struct str){text, text_base32_encode(seed.p, seed.n, text)};
}

static inline size_t seed_bytes(struct str text, unsigned char ret_bytes[SEED_BYTES])
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  uint32_t bits = 0;
  size_t held = 0, n = 0;
  for (size_t i = 0; i < text.n; i++) {
    bits = bits << 5 | (uint32_t)(strchr(digits, text.p[i]) - digits);
    held += 5;
    if (held >= 8)
      ret_bytes[n++] = (unsigned char)(bits >> (held -= 8));
  }
  return n;
}

/* Of the present step of 30 seconds, or so many from it. */
static inline struct str seed_code(struct str text, int64_t steps, char ret_code[SEED_CODE])
{
  unsigned char seed[SEED_BYTES], counter[8], mac[20];
  uint64_t step = (uint64_t)(clock_now() / CLOCK_SECOND / 30 + steps);
  unsigned n = 0;
  for (size_t i = 0; i < 8; i++)
    counter[i] = (unsigned char)(step >> 8 * (7 - i));
  HMAC(EVP_sha1(), seed, (int)seed_bytes(text, seed), counter, sizeof counter, mac, &n);
  const unsigned char *p = mac + (mac[19] & 15);
  unsigned number = (((unsigned)p[0] & 127) << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3]) % 1000000;
  snprintf(ret_code, SEED_CODE, "%06u", number);
  return (struct str){ret_code, SEED_CODE - 1};
}
