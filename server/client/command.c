/* The tables of command.def, and what can be asked of them. */
#include "client/command.h"

static const struct client_noun nouns[] = {
#define NOUN(name, columns, help) {#name, columns, help},
#define VERB(...)
#define MEMBER(...)
#include "client/command.def"
#undef NOUN
#undef VERB
};

static const struct client_verb verbs[] = {
#define NOUN(...)
#define VERB(noun, verb, kind, method, path, columns, help) {#noun, #verb, CLIENT_##kind, method, path, columns, help},
#include "client/command.def"
#undef VERB
#undef MEMBER
};

static const struct client_member members[] = {
#define VERB(...)
#define MEMBER(noun, verb, place, name, kind, choices, help)                                                           \
  {#noun, #verb, CLIENT_##place, #name, CLIENT_##kind, choices, help},
#include "client/command.def"
#undef NOUN
#undef VERB
#undef MEMBER
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct client_noun *client_command_noun(size_t i) { return i < COUNT(nouns) ? &nouns[i] : NULL; }
const struct client_verb *client_command_verb(size_t i) { return i < COUNT(verbs) ? &verbs[i] : NULL; }
const struct client_member *client_command_member(size_t i) { return i < COUNT(members) ? &members[i] : NULL; }

const struct client_verb *client_command_find(struct str noun, struct str verb)
{
  for (size_t i = 0; i < COUNT(verbs); i++)
    if (str_is(noun, verbs[i].noun) && str_is(verb, verbs[i].name))
      return &verbs[i];
  return NULL;
}

bool client_command_has_noun(struct str noun)
{
  for (size_t i = 0; i < COUNT(nouns); i++)
    if (str_is(noun, nouns[i].name))
      return true;
  return false;
}

bool client_command_takes(const struct client_verb *verb, const struct client_member *member)
{
  bool lists = verb->kind == CLIENT_LIST || verb->kind == CLIENT_TAIL;
  if (!member->noun[0])
    return lists || strcmp(member->name, "limit") != 0;
  return strcmp(verb->noun, member->noun) == 0 && strcmp(verb->name, member->verb) == 0;
}

static bool is_named(const struct client_member *member, struct str name)
{
  size_t i = 0;
  for (; i < name.n && member->name[i]; i++)
    if (member->name[i] != (name.p[i] == '-' ? '_' : name.p[i]))
      return false;
  return i == name.n && !member->name[i];
}

const struct client_member *client_command_option(const struct client_verb *verb, struct str name)
{
  for (size_t i = 0; i < COUNT(members); i++)
    if (members[i].place != CLIENT_FIXED && client_command_takes(verb, &members[i]) && is_named(&members[i], name))
      return &members[i];
  return NULL;
}

const char *client_command_columns(const struct client_verb *verb)
{
  for (size_t i = 0; !verb->columns && i < COUNT(nouns); i++)
    if (strcmp(nouns[i].name, verb->noun) == 0)
      return nouns[i].columns;
  return verb->columns ? verb->columns : "";
}

struct str client_command_id(const struct client_verb *verb, size_t i)
{
  const char *brace = verb->path;
  for (size_t seen = 0; brace && (brace = strchr(brace, '{')); brace++)
    if (seen++ == i) {
      const char *begin = brace - 1;
      while (begin[-1] != '/')
        begin--;
      return (struct str){begin, (size_t)(brace - 1 - begin)};
    }
  return STR_NONE;
}

bool client_command_id_optional(const struct client_verb *verb)
{
  bool named = verb->kind == CLIENT_CHANGE || verb->kind == CLIENT_END;
  return !named && str_is(client_command_id(verb, 0), "tenants");
}

bool client_command_many(const struct client_verb *verb)
{
  bool one_each = verb->kind == CLIENT_SHOW || verb->kind == CLIENT_CHANGE || verb->kind == CLIENT_END;
  return one_each && client_command_id(verb, 0).p && !client_command_id(verb, 1).p;
}

/* Lines. */

/* "tenants" is TENANT. */
static void put_id(struct str collection, struct buf *out)
{
  for (size_t i = 0; i + 1 < collection.n; i++)
    buf_put_char(out, (char)(collection.p[i] - ('a' - 'A')));
}

static void put_ids(const struct client_verb *verb, struct buf *out)
{
  bool optional = client_command_id_optional(verb);
  struct str collection = client_command_id(verb, 0);
  for (size_t i = 0; collection.p; collection = client_command_id(verb, ++i)) {
    buf_put(out, optional ? STR(" [") : STR(" "));
    put_id(collection, out);
    buf_put(out, client_command_many(verb) ? STR("...") : STR(""));
    buf_put(out, optional ? STR("]") : STR(""));
  }
}

void client_command_put_option(const struct client_member *member, struct buf *out)
{
  static const char *const shown[] = {
      [CLIENT_TEXT] = " TEXT",     [CLIENT_TEXTS] = " TEXT",         [CLIENT_FLAG] = " true|false",
      [CLIENT_SWITCH] = "",        [CLIENT_NULLABLE] = " TEXT",      [CLIENT_FILE] = " FILE",
      [CLIENT_TENANT] = " TENANT", [CLIENT_PRINCIPAL] = " PRINCIPAL", [CLIENT_NUMBER] = " NUMBER"};
  buf_put(out, STR("--"));
  for (const char *c = member->name; *c; c++)
    buf_put_char(out, *c == '_' ? '-' : *c);
  if (member->kind == CLIENT_CHOICE)
    buf_print(out, " %s", member->choices);
  else
    buf_put(out, str_of(shown[member->kind]));
}

void client_command_put(const struct client_verb *verb, struct buf *out)
{
  buf_print(out, "%s%s%s", verb->noun, verb->name[0] ? " " : "", verb->name);
  put_ids(verb, out);
  for (size_t i = 0; i < COUNT(members); i++) {
    const struct client_member *member = &members[i];
    if (!member->noun[0] || member->place == CLIENT_FIXED || !client_command_takes(verb, member))
      continue;
    buf_put(out, member->place == CLIENT_NEEDED ? STR(" ") : STR(" ["));
    client_command_put_option(member, out);
    buf_put(out, member->place == CLIENT_NEEDED ? STR("") : STR("]"));
  }
}
