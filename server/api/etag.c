/* Making and comparing entity tags (RFC 9110 sections 8.8.3 and 13.1). */
#include "api/etag.h"
#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"

enum { TAG_BYTES = 12 };

RESULT api_etag_of(struct api_call *call, struct str body, struct str *ret_tag)
{
  unsigned char digest[CRYPTO_DIGEST];
  char text[TEXT_BASE64URL_LENGTH(TAG_BYTES)];
  TRY(crypto_digest(body, digest));
  size_t n = text_base64url_encode(digest, TAG_BYTES, text);
  *ret_tag = arena_print(call->arena, "\"%.*s\"", (int)n, text);
  return ret_tag->p ? R_OK : R_NO_MEMORY;
}

RESULT api_etag(struct api_call *call, const struct uuid *object, int64_t version, struct str *ret_tag)
{
  unsigned char seen[2 * sizeof(struct uuid) + sizeof version];
  memcpy(seen, object->b, sizeof object->b);
  memcpy(seen + sizeof object->b, call->root.b, sizeof call->root.b);
  memcpy(seen + 2 * sizeof object->b, &version, sizeof version);
  return api_etag_of(call, (struct str){(const char *)seen, sizeof seen}, ret_tag);
}

/* The header's list names the tag, or is a star. A weak tag names it only where something is read (RFC 9110 section 13.1). */
static bool names(struct str header, struct str tag, bool weak_too)
{
  if (str_is(header, "*"))
    return true;
  while (header.p) {
    struct str one = str_trim(str_cut(&header, ','));
    if (weak_too && str_starts(one, STR("W/")))
      one = (struct str){one.p + 2, one.n - 2};
    if (str_equal(one, tag))
      return true;
  }
  return false;
}

RESULT api_etag_reply(struct api_call *call, struct str body, struct str tag)
{
  struct str known = http_request_header(call->request, "If-None-Match");
  if (http_request_method(call->request) == HTTP_GET && names(known, tag, true))
    http_reply_empty(call->reply, 304);
  else
    http_reply_body(call->reply, 200, "application/json", body);
  http_reply_header(call->reply, "ETag", tag);
  return R_OK;
}

RESULT api_etag_named(const struct api_call *call, struct str tag)
{
  struct str header = http_request_header(call->request, "If-Match");
  return !header.p || names(header, tag, false) ? R_OK : R_STALE;
}

RESULT api_etag_demanded(struct api_call *call, api_object_get *get, int64_t *ret_version)
{
  struct str header = http_request_header(call->request, "If-Match"), tag;
  struct store_object object;
  if (!header.p || str_is(header, "*")) {
    *ret_version = 0;
    return R_OK;
  }
  TRY(get(call, &object));
  TRY(api_etag(call, &object.id, object.version, &tag));
  if (!names(header, tag, false))
    return R_STALE;
  *ret_version = object.version;
  return R_OK;
}
