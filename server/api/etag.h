/* Entity tags: a digest of what is shown to whom, so that none tells of versions elsewhere. */
#pragma once
#include "api/call.h"

/* The quoted tag of an object's version as seen from the call's root. */
RESULT api_etag(struct api_call *call, const struct uuid *object, int64_t version, struct str *ret_tag);

/* The body, as JSON under its tag; of a GET whose If-None-Match names that, 304 without it. */
RESULT api_etag_reply(struct api_call *call, struct str body, struct str tag);

/* Of a store's objects, the one the call is about. */
typedef RESULT api_object_get(struct api_call *call, struct store_object *ret_object);

/* The version that If-Match demands, 0 without one; R_STALE when the object is at another. */
RESULT api_etag_demanded(struct api_call *call, api_object_get *get, int64_t *ret_version);

/* The tag of a representation that no version tells of: a digest of its bytes. */
RESULT api_etag_of(struct api_call *call, struct str body, struct str *ret_tag);

/* R_STALE when there is an If-Match that does not name the tag. */
RESULT api_etag_named(const struct api_call *call, struct str tag);
