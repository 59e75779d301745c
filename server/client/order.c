/* Reads a command by the table and writes requests by it. Trusts: nothing of the words. */
#include "client/order.h"
#include "base/text.h"
#include "json/write.h"

enum { WRONG_MOST = 4096, TARGET_MOST = 16 * 1024, BODY_MOST = 1 << 20, FILE_MOST = 64 * 1024 };

struct reading {
  struct client_order order;
  struct buf wrong;
};

static void blame(struct reading *r, const char *what, struct str name, const char *why)
{
  if (r->wrong.n == 0) /* the first is enough */
    buf_print(&r->wrong, "%s%.*s%s", what, (int)name.n, name.p, why);
}

/* Options. */

static bool is_choice(const struct client_member *member, struct str text)
{
  struct str rest = str_of(member->kind == CLIENT_FLAG ? "true|false" : member->choices);
  while (rest.p)
    if (str_equal(str_cut(&rest, '|'), text))
      return true;
  return false;
}

static bool is_number(struct str text)
{
  unsigned long long ignored;
  return str_number(text, INT64_MAX, &ignored);
}

static int64_t number_in(struct str text)
{
  unsigned long long number = 0;
  (void)str_number(text, INT64_MAX, &number);
  return (int64_t)number;
}

static void add_value(struct reading *r, const struct client_member *member, struct str name, struct str text)
{
  bool chosen = member->kind == CLIENT_CHOICE || member->kind == CLIENT_FLAG;
  if (!text.p)
    blame(r, "--", name, ": needs a value");
  else if (!text_utf8_valid(text))
    blame(r, "--", name, ": must be UTF-8");
  else if (chosen && !is_choice(member, text))
    blame(r, "--", name, ": is none of those that there are");
  else if (member->kind == CLIENT_NUMBER && !is_number(text))
    blame(r, "--", name, ": must be a whole number");
  else if (member->kind != CLIENT_TEXTS && client_order_value(&r->order, member->name).p)
    blame(r, "--", name, ": given twice");
  else if (r->order.value_count == CLIENT_ORDER_VALUES)
    blame(r, "--", name, ": too many options");
  else
    r->order.values[r->order.value_count++] = (struct client_value){member, text};
}

/* "--name value", "--name=value", "-f". Gives how many words it took. */
static int read_option(struct reading *r, int count, char **words)
{
  struct str value = str_of(words[0]), name = str_cut(&value, '=');
  if (str_is(name, "-f"))
    name = STR("--follow");
  struct str bare = name.n > 2 ? (struct str){name.p + 2, name.n - 2} : STR("");
  const struct client_member *member = str_starts(name, STR("--")) ? client_command_option(r->order.verb, bare) : NULL;
  if (!member) {
    blame(r, "", name, ": unknown here");
    return 1;
  }
  if (member->kind == CLIENT_SWITCH) {
    if (value.p)
      blame(r, "--", bare, ": takes no value");
    add_value(r, member, bare, STR("true"));
    return 1;
  }
  bool apart = !value.p && count > 1;
  add_value(r, member, bare, apart ? str_of(words[1]) : value);
  return apart ? 2 : 1;
}

static void add_id(struct reading *r, struct str word)
{
  if (word.n == 0 || !text_utf8_valid(word))
    blame(r, "", word, "an id is empty, or no UTF-8");
  else if (r->order.id_count == CLIENT_ORDER_IDS)
    blame(r, "", word, ": too many things at once");
  else
    r->order.ids[r->order.id_count++] = word;
}

/* The whole. */

static void check_ids(struct reading *r)
{
  size_t most = 0;
  while (client_command_id(r->order.verb, most).p)
    most++;
  size_t least = client_command_id_optional(r->order.verb) ? most - 1 : most;
  if (r->order.id_count < least)
    blame(r, "", STR(""), "it does not say of what");
  if (r->order.id_count > most && !client_command_many(r->order.verb))
    blame(r, "", r->order.ids[most], ": one word too many");
}

static void check_needed(struct reading *r)
{
  const struct client_member *member;
  size_t changes = 0, could = 0;
  for (size_t i = 0; (member = client_command_member(i)); i++) {
    if (!member->noun[0] || !client_command_takes(r->order.verb, member))
      continue;
    bool said = member->place == CLIENT_FIXED || client_order_value(&r->order, member->name).p;
    if (member->place == CLIENT_NEEDED && !said)
      blame(r, "it needs --", str_of(member->name), "");
    could += member->place == CLIENT_BODY;
    changes += said;
  }
  if (r->order.verb->kind == CLIENT_CHANGE && could > 0 && changes == 0)
    blame(r, "", STR(""), "it does not say what to change");
}

static const struct client_verb *find(int count, char **words, int *ret_taken)
{
  const struct client_verb *verb = count > 1 ? client_command_find(str_of(words[0]), str_of(words[1])) : NULL;
  *ret_taken = verb ? 2 : 1;
  return verb ? verb : client_command_find(str_of(words[0]), STR(""));
}

RESULT client_order_read(int count, char **words, struct arena *arena, struct client_order *ret_order,
                         struct str *ret_wrong)
{
  int at = 0;
  struct reading *r = arena_alloc(arena, sizeof *r);
  if (!r)
    return R_NO_MEMORY;
  r->wrong = buf_in(arena, WRONG_MOST);
  r->order.verb = count > 0 ? find(count, words, &at) : NULL;
  if (!r->order.verb) {
    *ret_wrong = STR("there is no such command");
    return R_MALFORMED;
  }
  bool plain = false; /* behind "--" all words are ids */
  while (at < count) {
    if (!plain && strcmp(words[at], "--") == 0)
      plain = true, at++;
    else if (!plain && words[at][0] == '-' && words[at][1])
      at += read_option(r, count - at, words + at);
    else
      add_id(r, str_of(words[at++]));
  }
  if (!client_order_value(&r->order, "help").p) {
    check_ids(r);
    check_needed(r);
  }
  *ret_order = r->order;
  *ret_wrong = buf_str(&r->wrong);
  return r->wrong.n > 0 ? R_MALFORMED : R_OK;
}

struct str client_order_value(const struct client_order *order, const char *name)
{
  for (size_t i = 0; i < order->value_count; i++)
    if (strcmp(order->values[i].member->name, name) == 0)
      return order->values[i].text;
  return STR_NONE;
}

void client_order_suppose(struct client_order *order, const char *name, struct str text)
{
  const struct client_member *member = client_command_option(order->verb, str_of(name));
  if (member && !client_order_value(order, name).p && order->value_count < CLIENT_ORDER_VALUES)
    order->values[order->value_count++] = (struct client_value){member, text};
}

/* Requests. */

/* Percent-encoded (RFC 3986 section 2.1). */
static void put_escaped(struct buf *out, struct str text)
{
  for (size_t i = 0; i < text.n; i++) {
    unsigned char c = (unsigned char)text.p[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
    if (plain)
      buf_put_char(out, (char)c);
    else
      buf_print(out, "%%%02X", c);
  }
}

struct str client_order_target(const struct client_order *order, size_t i, struct arena *arena)
{
  struct buf target = buf_in(arena, TARGET_MOST);
  struct str rest = str_of(order->verb->path);
  buf_put(&target, str_cut(&rest, '{'));
  for (size_t id = i; rest.p; id++) {
    (void)str_cut(&rest, '}');
    if (id < order->id_count)
      put_escaped(&target, order->ids[id]);
    buf_put(&target, str_cut(&rest, '{'));
  }
  char before = strchr(order->verb->path, '?') ? '&' : '?';
  for (size_t at = 0; at < order->value_count; at++) {
    if (order->values[at].member->place != CLIENT_QUERY)
      continue;
    buf_print(&target, "%c%s=", before, order->values[at].member->name);
    put_escaped(&target, order->values[at].text);
    before = '&';
  }
  return buf_str(&target);
}

static RESULT put_file(struct json_writer *w, struct str path, struct arena *arena)
{
  struct str name = arena_copy(arena, path);
  char *text = arena_alloc(arena, FILE_MOST);
  if (!name.p || !text)
    return R_NO_MEMORY;
  int file = open(name.p, O_RDONLY | O_CLOEXEC);
  ssize_t n = file < 0 ? -1 : read(file, text, FILE_MOST);
  if (file >= 0)
    close(file);
  if (n < 0 || n == FILE_MOST)
    return R_UNAVAILABLE;
  json_put_text(w, (struct str){text, (size_t)n});
  return R_OK;
}

static void put_texts(struct json_writer *w, const struct client_order *order, const struct client_member *member)
{
  json_open(w, '[');
  for (size_t i = 0; i < order->value_count; i++)
    if (order->values[i].member == member && order->values[i].text.n > 0)
      json_put_text(w, order->values[i].text);
  json_close(w, ']');
}

static RESULT put_member(struct json_writer *w, const struct client_order *order, const struct client_member *member,
                         struct arena *arena)
{
  struct str text = member->place == CLIENT_FIXED ? str_of(member->choices) : client_order_value(order, member->name);
  if (!text.p)
    return R_OK;
  json_key(w, member->name);
  if (member->kind == CLIENT_FILE)
    return put_file(w, text, arena);
  if (member->kind == CLIENT_TEXTS)
    put_texts(w, order, member);
  else if (member->kind == CLIENT_FLAG || member->kind == CLIENT_SWITCH)
    json_put_bool(w, str_is(text, "true"));
  else if (member->kind == CLIENT_NUMBER)
    json_put_int(w, number_in(text));
  else
    json_put_text(w, member->kind == CLIENT_NULLABLE && text.n == 0 ? STR_NONE : text);
  return R_OK;
}

RESULT client_order_body(const struct client_order *order, struct arena *arena, struct str *ret_body)
{
  const struct client_member *member;
  struct buf body = buf_in(arena, BODY_MOST);
  struct json_writer w = json_writer_on(&body);
  bool has_body = false;
  json_open(&w, '{');
  for (size_t i = 0; (member = client_command_member(i)); i++) {
    bool sent = member->place == CLIENT_BODY || member->place == CLIENT_NEEDED || member->place == CLIENT_FIXED;
    if (!sent || !client_command_takes(order->verb, member))
      continue;
    TRY(put_member(&w, order, member, arena));
    has_body = true;
  }
  json_close(&w, '}');
  struct str text = buf_str(&body);
  if (!text.p)
    return R_NO_MEMORY;
  *ret_body = has_body ? text : STR_NONE;
  return R_OK;
}
