/* UUIDs: version 7 (RFC 9562 section 5.7) for what the service makes. */
#pragma once
#include "base/result.h"
#include "base/str.h"

struct uuid {
  unsigned char b[16];
};

enum { UUID_TEXT = 37 };

/* A new one: milliseconds of the wall clock, 12 bits of the fraction (RFC 9562 section 6.2, method 3: those of one process
   come in their order), then 62 random bits. An identifier, never a secret. */
RESULT uuid_new(struct uuid *ret_uuid);

/* The 36-character form, either case; false when it is not one. */
bool uuid_parse(struct str text, struct uuid *ret_uuid);

void uuid_format(const struct uuid *uuid, char ret_text[UUID_TEXT]);

static inline bool uuid_equal(const struct uuid *a, const struct uuid *b) { return memcmp(a, b, sizeof *a) == 0; }

static inline bool uuid_is_zero(const struct uuid *a) { return uuid_equal(a, &(struct uuid){0}); }
