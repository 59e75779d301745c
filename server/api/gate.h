/* The one door: nothing reaches a handler except through it. */
#pragma once
#include "api/call.h"
#include "http/table.h"

/* The routes with the gate before them, for an http server. `api` must outlive it. */
struct http_table api_table(struct api *api);
