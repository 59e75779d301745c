/* Decoding forms and HTTP Basic credentials. Trusts: nothing it is given. */
#include "api/form.h"
#include "base/text.h"

/* One name or value: + is a space, %XX a byte. */
static enum result decode(struct str s, struct arena *arena, struct str *ret_text)
{
  char *text = arena_alloc(arena, s.n + 1);
  size_t n = 0;
  if (!text)
    return R_NO_MEMORY;
  for (size_t i = 0; i < s.n; i++) {
    unsigned char byte = (unsigned char)s.p[i];
    if (byte == '%') {
      if (s.n - i < 3 || !text_hex_decode((struct str){s.p + i + 1, 2}, &byte) || byte == 0)
        return R_MALFORMED;
      i += 2;
    } else if (byte == '+') {
      byte = ' ';
    }
    text[n++] = (char)byte;
  }
  *ret_text = (struct str){text, n};
  return text_utf8_valid(*ret_text) && !memchr(text, 0, n) ? R_OK : R_MALFORMED;
}

static const struct str *find(const struct api_form *form, struct str name)
{
  for (size_t i = 0; i < form->count; i++)
    if (str_equal(form->fields[i].name, name))
      return &form->fields[i].value;
  return NULL;
}

struct str api_form_get(const struct api_form *form, const char *name)
{
  const struct str *value = find(form, str_of(name));
  return value && value->n > 0 ? *value : STR_NONE;
}

RESULT api_form_parse(struct str body, struct arena *arena, struct api_form *ret_form)
{
  struct api_form form = {.count = 0};
  while (body.n > 0) {
    struct str value = str_cut(&body, '&'), name = str_cut(&value, '='), decoded_name, decoded_value;
    TRY(decode(name, arena, &decoded_name));
    TRY(decode(value, arena, &decoded_value));
    if (form.count == API_FORM_FIELDS || find(&form, decoded_name))
      return R_MALFORMED;
    form.fields[form.count].name = decoded_name;
    form.fields[form.count++].value = decoded_value;
  }
  *ret_form = form;
  return R_OK;
}

/* Standard base64 as base64url without padding, which base knows to decode. */
static struct str to_base64url(struct str s, struct arena *arena)
{
  char *text = arena_alloc(arena, s.n + 1);
  if (!text)
    return STR_NONE;
  while (s.n > 0 && s.p[s.n - 1] == '=')
    s.n--;
  for (size_t i = 0; i < s.n; i++)
    text[i] = s.p[i] == '+' ? '-' : s.p[i] == '/' ? '_' : s.p[i];
  return (struct str){text, s.n};
}

RESULT api_form_basic(struct str header, struct arena *arena, struct str *ret_id, struct str *ret_secret)
{
  struct str scheme = str_cut(&header, ' ');
  struct str encoded = to_base64url(str_trim(header), arena);
  unsigned char *bytes = arena_alloc(arena, encoded.n + 1);
  size_t n = 0;
  if (!encoded.p || !bytes)
    return R_NO_MEMORY;
  if (!str_equal_fold(scheme, STR("Basic")) || !text_base64url_decode(encoded, encoded.n, bytes, &n))
    return R_LOGIN_FAILED;
  struct str secret = {(const char *)bytes, n}, id = str_cut(&secret, ':');
  if (!secret.p || decode(id, arena, ret_id) != R_OK || decode(secret, arena, ret_secret) != R_OK)
    return R_LOGIN_FAILED;
  return R_OK;
}
