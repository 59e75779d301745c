/* What mails say: the files of template/LANGUAGE/, compiled in, with values in their {places}. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

/* .p NULL: there is none, and the lines that would name it are left out. */
struct jobs_template_values {
  struct str product, name, login, tenant, code, link, when, until, address;
};

struct jobs_template_text {
  struct str subject, body;
};

/* In English where the language has no such template. R_NOT_FOUND for a kind that has none. A control character in a
   value becomes a space: a value stays within its line. */
RESULT jobs_template_fill(struct str language, struct str kind, const struct jobs_template_values *values,
                          struct arena *arena, struct jobs_template_text *ret_text);
