/* Rows of users. */
#pragma once
#include "domain/user.h"
#include "import/work.h"

import_work_row import_user_apply;
/* For good. Whoever is not there, or is terminated, stays so. */
import_work_row import_user_remove;
import_work_end import_user_end;

/* Whom a row makes at a tenant. */
struct user_new import_user_new(const struct import_row_user *row, struct uuid home);
