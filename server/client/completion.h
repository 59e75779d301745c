/* Completion in bash, made of the table of commands. */
#pragma once
#include "base/buf.h"

/* What bash sources. `others` are the program's commands that the table does not have, a space between them. */
void client_completion_put(const char *others, struct buf *out);
