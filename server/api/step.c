/* Begins a step as its row says. Trusts: no address that is stated, but of a client that may. */
#include "api/step.h"
#include "api/gate.h"
#include "api/routes.h"
#include "http/address.h"

enum { STEP_OWN = 1, STEP_SESSION, STEP_STATED };
enum { STEP_NONE = 1, STEP_PLACE, STEP_SHOWN };

static const struct {
  int address, device; /* 0: no step */
} steps[ROUTE__COUNT] = {
#define STEP(operation, address, device, ...) [ROUTE_##operation] = {STEP_##address, STEP_##device},
#include "api/step.def"
#undef STEP
};

/* A portal's backend states whose address it asks for, and proves by its own token that it may. */
static enum result relay(struct api_call *call, const struct json_text *stated, struct signin *s)
{
  struct http_address address;
  char text[HTTP_ADDRESS_TEXT];
  if (!stated->present)
    return R_OK;
  if (!http_address_parse(stated->value, &address))
    return api_wrong(call, "client_address", "malformed", "Must be an IPv4 or IPv6 address");
  if (!http_request_header(call->request, "Authorization").p)
    return R_FORBIDDEN;
  TRY(api_gate_authenticate(call));
  TRY(api_budget_caller(call));
  if (call->caller.kind != AUTHN_CLIENT)
    return R_FORBIDDEN;
  TRY(domain_session_relays(s, &call->caller.principal));
  struct authn_caller *client = arena_alloc(call->arena, sizeof *client);
  http_address_format(&address, text);
  s->address = arena_copy(call->arena, str_of(text));
  if (!client || !s->address.p)
    return R_NO_MEMORY;
  *client = call->caller;
  s->relay = client;
  s->stated_by = client->principal;
  /* The step is the person's doing. */
  call->caller = (struct authn_caller){0};
  return R_OK;
}

RESULT api_step_begin(struct api_call *call, const struct api_step_said *said, struct signin *ret_signin)
{
  int address = steps[call->route].address, device = steps[call->route].device;
  if (!address || (address == STEP_STATED) != (said->client_address != NULL))
    return FAULT(R_INTERNAL);
  if ((device == STEP_SHOWN) != (said->device_token && said->remember_device))
    return FAULT(R_INTERNAL);
  struct signin s = api_signin(call);
  if (said->client_address)
    TRY(relay(call, said->client_address, &s));
  if (said->device_token) {
    s.device_token = said->device_token->value;
    s.remember_device = said->remember_device->value;
  }
  *ret_signin = s;
  return R_OK;
}
