/* Rows of users, many at once. */
#pragma once
#include "import/work.h"

/* As import_apply_users has it. */
RESULT import_crowd_apply(struct import_work *w, struct import_apply_user *users, size_t count);
