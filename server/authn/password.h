/* What a password must be (NIST SP 800-63B-4 section 3.1.1.2), and the form in which it is hashed. */
#pragma once
#include "authn/breach.h"
#include "base/secret.h"

/* In code points after NFKC: what is hashed at all. */
enum { AUTHN_PASSWORD_MOST = 256 };

struct authn_password_rules {
  size_t least, most;      /* code points after NFKC */
  int strength;            /* least score of authn/strength.h; 0: any */
  int classes;             /* of lower case, upper case, digits and others; 0: any */
  const struct str *words; /* what it must not be: login, parts of the e-mail address, names of tenants and products */
  size_t word_count;
  const struct authn_breach *breach; /* NULL: no such list */
};

/* Everything that is wrong with a password, worst first. */
enum { AUTHN_PASSWORD_REASONS = 8 };
struct authn_password_verdict {
  int score; /* of authn/strength.h */
  enum result reasons[AUTHN_PASSWORD_REASONS];
  size_t count; /* 0: it may be set */
};

/* The reasons: R_PASSWORD_TOO_SHORT, _TOO_LONG, _CONTEXT (the whole of it, without case, is one of the words, or the
   service's name), _COMMON (it is on the shipped list), _BREACHED, _WEAK, _CLASSES. R_MALFORMED when it is not UTF-8
   or holds a NUL; R_UNAVAILABLE when the list of breaches cannot be read. Nothing is compared in part. */
RESULT authn_password_judge(struct str password, const struct authn_password_rules *rules, struct arena *arena,
                            struct authn_password_verdict *ret_verdict);

/* In NFKC, for crypto_hash_make and crypto_hash_check. R_MALFORMED also when it is empty; R_PASSWORD_TOO_LONG over
   AUTHN_PASSWORD_MOST. */
RESULT authn_password_prepare(struct str password, struct secret *ret_password);
