/* The steps by which people come in or get a password: what each takes from a portal's backend, and of a device. */
#pragma once
#include "api/login.h"

/* What the body of a step has beside its own: each of both stands in its struct and in its table where its row of
   step.def says STATED or SHOWN, and nowhere else. */
#define API_STEP_STATED_MEMBERS struct json_text client_address
#define API_STEP_STATED(type) FIELD(type, client_address, OPTIONAL, 1, 64)
#define API_STEP_SHOWN_MEMBERS                                                                                         \
  struct json_text device_token;                                                                                       \
  struct json_flag remember_device
#define API_STEP_SHOWN(type) FIELD(type, device_token, OPTIONAL, 1, 256), FIELD(type, remember_device, OPTIONAL, 0, 0)

/* The same of a body that was read; NULL: this one has none. */
struct api_step_said {
  const struct json_text *client_address, *device_token;
  const struct json_flag *remember_device;
};
#define API_STEP_SAID(body)                                                                                            \
  (&(struct api_step_said){&(body).client_address, &(body).device_token, &(body).remember_device})

/* The step that this request makes. R_MALFORMED with call->errors set for what is no address. Whoever states one
   without being a client that may is refused, not ignored: R_FORBIDDEN, or R_UNAUTHENTICATED; for whose people, the
   step itself asks. R_INTERNAL for a body that is not its row's. */
RESULT api_step_begin(struct api_call *call, const struct api_step_said *said, struct signin *ret_signin);
