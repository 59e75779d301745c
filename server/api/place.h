/* Where things stand: the tenant of an object, as the snapshot knows it. */
#pragma once
#include "base/uuid.h"
#include <bailiwick/decide.h>

enum api_type { API_TENANT = 1, API_USER, API_CLIENT, API_GROUP, API_GRANT, API_ROLE, API__TYPES };

/* 0 for an unknown name. */
enum api_type api_type_named(struct str name);

/* The tenant in which the object stands; all zero when there is no such object of that type. */
struct bw_id api_place(const struct bw_model *model, enum api_type type, const struct uuid *object);
