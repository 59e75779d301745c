/* The permissions there are, from the one list. */
#include "api/routes.h"
#include "json/write.h"

enum { REPLY_MOST = 256 * 1024 };

static void put_routes(struct json_writer *w, int permission)
{
  json_key(w, "operations");
  json_open(w, '[');
  for (int i = 0; i < ROUTE__COUNT; i++)
    if (api_routes[i].permission == permission)
      json_put_text(w, str_of(api_routes[i].http.operation));
  json_close(w, ']');
}

/* When a session needs a second factor for it. */
static struct str level_of(const struct bw_permission_row *row)
{
  if (row->flags & BW_PERMISSION_TWO_FACTORS)
    return STR("always");
  return row->flags & BW_PERMISSION_PRIVILEGED ? STR("privileged") : STR("everyone");
}

static void put_permission(struct json_writer *w, enum bw_permission permission)
{
  const struct bw_permission_row *row = bw_permission_row(permission);
  json_open(w, '{');
  json_key(w, "name");
  json_put_text(w, str_of(row->wire));
  json_key(w, "description");
  json_put_text(w, str_of(row->help));
  json_key(w, "privileged");
  json_put_bool(w, row->flags & BW_PERMISSION_PRIVILEGED);
  json_key(w, "secret");
  json_put_bool(w, row->flags & BW_PERMISSION_SECRET);
  json_key(w, "two_factors");
  json_put_text(w, level_of(row));
  json_key(w, "for_people_only");
  json_put_bool(w, row->flags & BW_PERMISSION_NO_MACHINE);
  put_routes(w, (int)permission);
  json_close(w, '}');
}

api_handler api_permission_list;
RESULT api_permission_list(struct api_call *call)
{
  struct buf body = buf_in(call->arena, REPLY_MOST);
  struct json_writer w = json_writer_on(&body);
  json_open(&w, '{');
  json_key(&w, "items");
  json_open(&w, '[');
  for (int p = BW_PERMISSION_NONE + 1; p < BW_PERMISSION__COUNT; p++)
    put_permission(&w, (enum bw_permission)p);
  json_close(&w, ']');
  json_key(&w, "next_cursor");
  json_put_null(&w);
  json_close(&w, '}');
  return api_reply_json(call, &body);
}
