/* Draws a tree of what came in its order. Trusts: nothing; labels are made fit for a terminal. */
#include "client/tree.h"
#include "client/text.h"

struct client_tree_node {
  struct str label;
  size_t depth;
};

enum { FIRST_ROOM = 256 };

static RESULT grow(struct client_tree *tree)
{
  size_t room = tree->room ? 2 * tree->room : FIRST_ROOM;
  if (tree->count < tree->room)
    return R_OK;
  struct client_tree_node *nodes = arena_array(tree->arena, room, sizeof *nodes);
  if (!nodes)
    return R_NO_MEMORY;
  if (tree->count > 0)
    memcpy(nodes, tree->nodes, tree->count * sizeof *nodes);
  tree->nodes = nodes;
  tree->room = room;
  return R_OK;
}

RESULT client_tree_add(struct client_tree *tree, struct str id, struct str parent_id, struct str label)
{
  TRY(grow(tree));
  while (tree->deep > 0 && !str_equal(tree->above[tree->deep - 1], parent_id))
    tree->deep--;
  struct client_tree_node node = {.label = arena_copy(tree->arena, label), .depth = tree->deep};
  struct str copy = arena_copy(tree->arena, id);
  if (!node.label.p || !copy.p)
    return R_NO_MEMORY;
  if (tree->deep == CLIENT_TREE_DEEPEST)
    return R_TOO_LARGE;
  tree->above[tree->deep++] = copy;
  tree->nodes[tree->count++] = node;
  return R_OK;
}

/* Whether each is the last below the one above it: seen from the end. */
static bool *find_last(const struct client_tree *tree)
{
  bool more[CLIENT_TREE_DEEPEST + 1] = {false};
  bool *last = arena_array(tree->arena, tree->count + 1, sizeof *last);
  for (size_t i = tree->count; last && i-- > 0;) {
    size_t depth = tree->nodes[i].depth;
    last[i] = !more[depth];
    more[depth] = true;
    for (size_t deeper = depth + 1; deeper <= CLIENT_TREE_DEEPEST; deeper++)
      more[deeper] = false;
  }
  return last;
}

void client_tree_draw(const struct client_tree *tree, bool unicode, struct buf *out)
{
  static const char *const pieces[2][4] = {{"|   ", "    ", "|-- ", "`-- "}, {"│   ", "    ", "├── ", "└── "}};
  bool ended[CLIENT_TREE_DEEPEST] = {false};
  const bool *last = find_last(tree);
  if (!last) {
    out->failed = true;
    return;
  }
  for (size_t i = 0; i < tree->count; i++) {
    size_t depth = tree->nodes[i].depth;
    ended[depth] = last[i];
    for (size_t level = 1; level < depth; level++)
      buf_put(out, str_of(pieces[unicode][ended[level]]));
    if (depth > 0)
      buf_put(out, str_of(pieces[unicode][2 + last[i]]));
    client_text_put(out, tree->nodes[i].label);
    buf_put_char(out, '\n');
  }
}
