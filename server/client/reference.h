/* Names in the place of ids: a tenant's external_id, TENANT/NAME for whoever is at home there. */
#pragma once
#include "client/account.h"
#include "client/order.h"

/* The id of the caller's own tenant. */
RESULT client_reference_home(struct client_account *account, struct arena *arena, struct str *ret_id);

/* Puts ids in the place of every reference in the order: a UUID stands for itself; "." is the caller's own tenant, and
   so is a tenant that may be left out; TENANT is an external_id; TENANT/NAME a user by external_id or login, or a
   client by external_id. R_NOT_FOUND when there is none or more than one, which was said; else as client_account_call.
 */
RESULT client_reference_resolve(struct client_account *account, struct client_order *order, struct arena *arena);
