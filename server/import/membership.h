/* Rows of memberships. */
#pragma once
#include "import/work.h"

/* What domain_membership_add says of joining. */
import_work_row import_membership_apply;
/* Whoever is not in the group stays so. */
import_work_row import_membership_remove;
import_work_end import_membership_end;
