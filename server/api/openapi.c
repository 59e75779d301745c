/* The OpenAPI document, as it was when the service was built. */
#include "api/etag.h"
#include "api/routes.h"

static const struct {
  const char *tag, *text;
  size_t size;
} document = {
#define DOCUMENT(digest, text) "\"" digest "\"", text, sizeof text - 1
#include "api/openapi.def"
#undef DOCUMENT
};

api_handler api_openapi_get;
RESULT api_openapi_get(struct api_call *call)
{
  struct str tag = str_of(document.tag);
  if (api_etag_known(call, tag))
    http_reply_empty(call->reply, 304);
  else
    http_reply_body(call->reply, 200, "application/json", (struct str){document.text, document.size});
  http_reply_header(call->reply, "ETag", tag);
  return R_OK;
}
