/* The commands that go over the API: which there are, what they take, and how their lines look. */
#pragma once
#include "base/buf.h"

/* How a command goes. LIST, SHOW, MAKE, CHANGE and END are requests that the table says all of. */
enum client_kind {
  CLIENT_LIST = 1, /* page after page */
  CLIENT_WHOLE,    /* a list on one page */
  CLIENT_SHOW,     /* of one thing or several */
  CLIENT_MAKE,     /* of one thing, which is not there yet */
  CLIENT_CHANGE,
  CLIENT_END,
  CLIENT_LOGIN,
  CLIENT_LOGOUT,
  CLIENT_TREE,
  CLIENT_TAIL,
  CLIENT_IMPORT,
  CLIENT_EXPORT, /* a list in one reply of any length, as the service writes it */
  CLIENT_COMPLETION,
  CLIENT_MANUAL,
  CLIENT__KINDS
};

enum client_place { CLIENT_QUERY = 1, CLIENT_BODY, CLIENT_NEEDED, CLIENT_FIXED, CLIENT_OWN };

enum client_value_kind {
  CLIENT_TEXT = 1,
  CLIENT_CHOICE,
  CLIENT_TEXTS,
  CLIENT_FLAG,
  CLIENT_SWITCH,
  CLIENT_NULLABLE,
  CLIENT_FILE,
  CLIENT_NUMBER,
  CLIENT_TENANT,
  CLIENT_PRINCIPAL
};

struct client_noun {
  const char *name, *columns, *help;
};

struct client_verb {
  const char *noun, *name; /* "" where the noun is the whole command */
  enum client_kind kind;
  const char *method, *path; /* NULL: none */
  const char *columns;       /* of a list; NULL: the noun's */
  const char *help;
};

struct client_member {
  const char *noun, *verb; /* "" both: of every command */
  enum client_place place;
  const char *name;
  enum client_value_kind kind;
  const char *choices; /* "a|b"; of a FIXED one its value */
  const char *help;
};

/* In their order; NULL behind the last. */
const struct client_noun *client_command_noun(size_t i);
const struct client_verb *client_command_verb(size_t i);
const struct client_member *client_command_member(size_t i);

/* NULL when there is no such command. */
const struct client_verb *client_command_find(struct str noun, struct str verb);
bool client_command_has_noun(struct str noun);

/* Whether the command has that member: its own, or one of every command that makes sense there. */
bool client_command_takes(const struct client_verb *verb, const struct client_member *member);

/* "name-with-dashes" is "name_with_dashes" of the command; NULL when it takes none of that name, or it is FIXED. */
const struct client_member *client_command_option(const struct client_verb *verb, struct str name);

const char *client_command_columns(const struct client_verb *verb);

/* The i-th id in the path: the collection that it is of ("tenants"); .p NULL behind the last. */
struct str client_command_id(const struct client_verb *verb, size_t i);

/* Whether the id may be left out: the caller's own tenant then, or all. */
bool client_command_id_optional(const struct client_verb *verb);

/* Whether it can be done to several things at once. */
bool client_command_many(const struct client_verb *verb);

/* "user add [TENANT] --login TEXT [--email TEXT]", without the options of every command. */
void client_command_put(const struct client_verb *verb, struct buf *out);

/* "--display-name TEXT" */
void client_command_put_option(const struct client_member *member, struct buf *out);
