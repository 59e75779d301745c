/* Who is calling, as an access token proves it. */
#pragma once
#include "base/network.h"
#include "base/uuid.h"
#include <stdint.h>

enum authn_kind { AUTHN_USER = 1, AUTHN_CLIENT };
enum authn_strength { AUTHN_SINGLE = 1, AUTHN_TWO_FACTORS };
enum authn_audience { AUTHN_SERVICE = 1, AUTHN_PARTNER, AUTHN_ANALYTICS };

struct authn_caller {
  struct uuid principal, session;
  enum authn_kind kind;
  enum authn_strength strength;
  uint32_t epoch; /* of the principal when the session began */
  int64_t authenticated_at,
      factor_at;         /* microseconds UTC, when password and second factor were last proved; 0: never */
  struct uuid relay;     /* the client that stated where this person is; zero: nobody did */
  struct network stated; /* and where: one address */
};

/* How far ahead another process's clock may be. */
#define AUTHN_SKEW (60 * INT64_C(1000000))
