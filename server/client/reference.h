/* Names in the place of ids: a tenant's external_id or code, TENANT/NAME for what is at home there. */
#pragma once
#include "client/account.h"
#include "client/order.h"

/* The id of the caller's own tenant. */
RESULT client_reference_home(struct client_account *account, struct arena *arena, struct str *ret_id);

/* Puts ids in the place of every reference in the order: a UUID stands for itself; "." is the caller's own tenant, and
   so is a tenant that may be left out; TENANT is an external_id, or where none is that, a code; TENANT/NAME is a user by
   external_id or login, a client by external_id or display_name, or a role by name; NAME alone, one of the caller's own
   tenant. R_NOT_FOUND when there is none or more than one, which was said; else as client_account_call. */
RESULT client_reference_resolve(struct client_account *account, struct client_order *order, struct arena *arena);
