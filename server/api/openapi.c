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
  return api_etag_reply(call, (struct str){document.text, document.size}, str_of(document.tag));
}
