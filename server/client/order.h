/* One command as somebody wrote it, and the requests that it stands for. */
#pragma once
#include "base/result.h"
#include "client/command.h"

enum { CLIENT_ORDER_IDS = 256, CLIENT_ORDER_VALUES = 64 };

struct client_value {
  const struct client_member *member;
  struct str text;
};

struct client_order {
  const struct client_verb *verb;
  struct str ids[CLIENT_ORDER_IDS];
  size_t id_count;
  struct client_value values[CLIENT_ORDER_VALUES];
  size_t value_count;
};

/* Words as main has them, without the program's name: noun, verb, ids, and options anywhere behind them. R_MALFORMED
   with a sentence in ret_wrong. What is asked for with --help needs nothing else. */
RESULT client_order_read(int count, char **words, struct arena *arena, struct client_order *ret_order,
                         struct str *ret_wrong);

/* What was said of an option; .p NULL when nothing was. */
struct str client_order_value(const struct client_order *order, const char *name);

/* As if the option had been said so, unless something was said of it. */
void client_order_suppose(struct client_order *order, const char *name, struct str text);

/* The target of the request about the i-th of several things (0 for what is about one), with the members of the query.
   .p NULL when memory is out. */
struct str client_order_target(const struct client_order *order, size_t i, struct arena *arena);

/* The body, .p NULL for a command without one. R_NO_MEMORY, R_UNAVAILABLE when a file cannot be read. */
RESULT client_order_body(const struct client_order *order, struct arena *arena, struct str *ret_body);
