/* Gathers tenants and draws them. Trusts: nothing of the pages. */
#include "client/branch.h"
#include "client/items.h"
#include "client/tree.h"
#include "json/parse.h"
#include <stdio.h>

enum { PAGE_ARENA = 64 << 20, PICTURE_MOST = 256 << 20, LABEL_MOST = 4096 };

/* "North Clinic (customer 4k2m9x1z)", and what keeps it from working. */
static struct str label_of(const struct json *tenant, struct arena *arena)
{
  struct str name = json_str(json_member(tenant, "name")), kind = json_str(json_member(tenant, "kind"));
  struct str code = json_str(json_member(tenant, "code")), state = json_str(json_member(tenant, "state"));
  struct buf label = buf_in(arena, LABEL_MOST);
  buf_put(&label, name);
  buf_print(&label, " (%.*s %.*s)", (int)kind.n, kind.p ? kind.p : "", (int)code.n, code.p ? code.p : "");
  if (!str_is(state, "active"))
    buf_print(&label, " %.*s", (int)state.n, state.p ? state.p : "");
  return buf_str(&label);
}

static RESULT add_next(struct client_pages *pages, struct client_tree *tree)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(PAGE_ARENA);
  struct str page, rest, item;
  if (!arena)
    return R_NO_MEMORY;
  TRY(client_pages_next(pages, arena, &page));
  if (!client_items_open(page, &rest))
    return R_MALFORMED;
  while (client_items_next(&rest, &item)) {
    const struct json *tenant;
    TRY(json_parse(item, arena, &tenant));
    TRY(client_tree_add(tree, json_str(json_member(tenant, "id")), json_str(json_member(tenant, "parent_id")),
                        label_of(tenant, arena)));
  }
  return R_OK;
}

RESULT client_branch_show(struct client_pages *pages, bool unicode, struct arena *arena)
{
  struct client_tree tree = {.arena = arena};
  struct buf picture = buf_in(arena, PICTURE_MOST);
  enum result r = R_OK;
  while (r == R_OK)
    r = add_next(pages, &tree);
  if (r != R_NOT_FOUND)
    return r;
  client_tree_draw(&tree, unicode, &picture);
  struct str text = buf_str(&picture);
  if (!text.p)
    return R_NO_MEMORY;
  return fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0 ? R_NOT_FOUND : R_UNAVAILABLE;
}
