/* Letters to those whom a job makes, that invite them, at a pace. */
#pragma once
#include "import/work.h"

/* Whether the row may make somebody whom the job invites: what POST /v1/users/{id}/invite asks for. R_RULE, of the
   email, where a letter would have no address. R_OK where nobody is invited. */
RESULT import_letter_allowed(struct import_work *w, const struct uuid *home, struct str email);

/* In the change that made the user: the letter, behind the one before it. Nothing where none is wanted. */
RESULT import_letter_send(struct change *change, struct import_inviting *inviting, const struct uuid *user);
