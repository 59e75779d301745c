/* Tenants as a drawing: who stands below whom. */
#pragma once
#include "base/buf.h"
#include "base/result.h"

enum { CLIENT_TREE_DEEPEST = 32 };

struct client_tree_node;

struct client_tree {
  struct arena *arena;
  struct client_tree_node *nodes;
  size_t count, room;
  struct str above[CLIENT_TREE_DEEPEST]; /* ids on the way down to the last that was added */
  size_t deep;
};

/* In the order of the tree, which lists have: a tenant directly behind the one above it or what that holds already. One
   whose parent is not there is a root. The texts are copied. R_NO_MEMORY; R_TOO_LARGE below CLIENT_TREE_DEEPEST. */
RESULT client_tree_add(struct client_tree *tree, struct str id, struct str parent_id, struct str label);

/* A line for each, in characters of Unicode or of ASCII. */
void client_tree_draw(const struct client_tree *tree, bool unicode, struct buf *out);
