/* application/x-www-form-urlencoded, for the one endpoint that a standard gives it. */
#pragma once
#include "base/arena.h"
#include "base/result.h"

enum { API_FORM_FIELDS = 16 };

struct api_form {
  struct {
    struct str name, value;
  } fields[API_FORM_FIELDS];
  size_t count;
};

/* R_MALFORMED for a bad escape, a NUL, broken UTF-8, a name given twice or too many. */
RESULT api_form_parse(struct str body, struct arena *arena, struct api_form *ret_form);

/* .p NULL when it is not there, or empty, which is the same (RFC 6749 section 3.1). */
struct str api_form_get(const struct api_form *form, const char *name);

/* "Basic base64(id:secret)", both form-encoded before (RFC 6749 section 2.3.1). R_LOGIN_FAILED for anything else. */
RESULT api_form_basic(struct str header, struct arena *arena, struct str *ret_id, struct str *ret_secret);
