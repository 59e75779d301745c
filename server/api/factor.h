/* Second factors over HTTP, as far as a login leads through them too. */
#pragma once
#include "api/call.h"
#include "domain/enrolment.h"
#include "json/write.h"

/* What kind of authenticator is wanted, as bodies say it. */
struct api_wish {
  const struct json_text *name, *algorithm;
  const struct json_number *digits;
};
/* SHA-1 and 6 digits unless it says otherwise; R_MALFORMED. */
RESULT api_factor_wish(struct api_call *call, const struct api_wish *said, struct enrolment_wish *ret_wish);

/* 200 with the secret, its URI and its QR code. */
RESULT api_factor_enrolment(struct api_call *call, const struct enrolment *enrolment);

/* The member recovery_codes. */
void api_factor_put_codes(struct json_writer *w, const struct recovery_codes *codes);
