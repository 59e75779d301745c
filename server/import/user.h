/* Rows of users. */
#pragma once
#include "domain/user.h"
#include "import/work.h"

RESULT import_user_apply(struct import_work *w, const struct import_row *row);

/* Whom a row makes at a tenant. */
struct user_new import_user_new(const struct import_row_user *row, struct uuid home);
