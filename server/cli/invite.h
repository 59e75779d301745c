/* `bailiwick invite LOGIN TENANT`: a one-time token for somebody who cannot ask an administrator for one. */
#pragma once
#include "cli/setting.h"

/* As the operator at the machine. `tenant` is the tenant's code or its external_id. The token, with which the person
   sets their own password, goes to standard output, once; an earlier one is dead. Exit status: 0 invited, 3 not. */
int cli_invite(const struct settings *settings, const char *login, const char *tenant, struct arena *arena);
