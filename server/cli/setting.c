/* Settings by one table. Trusts: nothing of flags, environment and files. */
#include "cli/setting.h"
#include "base/secret.h"
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

enum { SECRET_MOST = 4096, URL_MOST = 200, WRONG_MOST = 16 * 1024, LIST_MOST = 64 };

enum kind { KIND_TEXT, KIND_SECRET, KIND_LIST, KIND_NUMBER, KIND_SECONDS, KIND_LEVEL, KIND_URL };

struct row {
  const char *member;
  enum kind kind;
  size_t offset;
  const char *fallback;
  int64_t min, max;
  const char *help;
};

static const struct row rows[] = {
#define SETTING(member, kind, fallback, min, max, help, security)                                                      \
  {#member, KIND_##kind, offsetof(struct settings, member), fallback, min, max, help},
#include "cli/setting.def"
#undef SETTING
};
enum { ROWS = sizeof rows / sizeof *rows };

/* Variables that subcommands read themselves (cli/, client/) and the scripts around the service. */
static const char *const foreign[] = {"BAILIWICK_CLIENT_ID",   "BAILIWICK_CLIENT_SECRET", "BAILIWICK_CLIENT_SECRET_FILE",
                                      "BAILIWICK_CLIENT_FILE", "BAILIWICK_URL",           "BAILIWICK_CA",
                                      "BAILIWICK_TEST_RUN"};

/* What was said for each row, before it is judged. */
struct reading {
  struct arena *arena;
  struct str said[ROWS];
  bool from_flag[ROWS];
  struct buf wrong;
};

static void blame(struct reading *r, struct str name, const char *why)
{
  buf_print(&r->wrong, "%.*s: %s\n", (int)name.n, name.p, why);
}

/* "database-url" and "DATABASE_URL" are "database_url". */
static int row_named(struct str name)
{
  for (int i = 0; i < ROWS; i++) {
    size_t n = strlen(rows[i].member), at = 0;
    if (n != name.n)
      continue;
    for (; at < n; at++) {
      char c = name.p[at] == '-' ? '_' : name.p[at];
      if (c >= 'A' && c <= 'Z')
        c = (char)(c + ('a' - 'A'));
      if (c != rows[i].member[at])
        break;
    }
    if (at == n)
      return i;
  }
  return -1;
}

static void say(struct reading *r, int row, struct str name, struct str value)
{
  if (r->said[row].p)
    blame(r, name, "given twice");
  else
    r->said[row] = value;
}

static void read_flags(struct reading *r, int count, char **arguments)
{
  for (int i = 0; i < count; i++) {
    struct str value = str_of(arguments[i]), name = str_cut(&value, '=');
    int row = str_starts(name, STR("--")) ? row_named((struct str){name.p + 2, name.n - 2}) : -1;
    if (row < 0) {
      blame(r, name, "unknown");
      continue;
    }
    if (!value.p && i + 1 < count)
      value = str_of(arguments[++i]);
    if (!value.p)
      blame(r, name, "needs a value");
    else
      say(r, row, name, value);
    r->from_flag[row] = true;
  }
}

RESULT cli_setting_file(const char *path, struct arena *arena, struct str *ret_text)
{
  char text[SECRET_MOST];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = file < 0 ? -1 : read(file, text, sizeof text);
  if (file >= 0)
    close(file);
  if (n < 0)
    return R_UNAVAILABLE;
  bool whole = n < (ssize_t)sizeof text;
  while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
    n--;
  struct str copy = arena_copy(arena, (struct str){text, (size_t)n});
  secret_wipe(text, sizeof text);
  if (!whole)
    return R_TOO_LARGE;
  if (!copy.p)
    return R_NO_MEMORY;
  *ret_text = copy;
  return R_OK;
}

static struct str read_file(struct reading *r, struct str name, const char *path)
{
  struct str text = STR_NONE;
  enum result result = cli_setting_file(path, r->arena, &text);
  if (result != R_OK)
    blame(r, name, result == R_TOO_LARGE ? "is too large" : "cannot be read");
  return text;
}

static bool is_foreign(struct str name)
{
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
    if (str_is(name, foreign[i]))
      return true;
  return false;
}

static void read_variable(struct reading *r, struct str variable)
{
  struct str value = variable, name = str_cut(&value, '=');
  if (!str_starts(name, STR("BAILIWICK_")) || is_foreign(name))
    return;
  struct str member = {name.p + 10, name.n - 10};
  int row = row_named(member);
  bool file = row < 0 && member.n > 5 && str_is((struct str){member.p + member.n - 5, 5}, "_FILE");
  if (file)
    row = row_named((struct str){member.p, member.n - 5});
  if (row < 0 || (file && rows[row].kind != KIND_SECRET)) {
    blame(r, name, "unknown");
    return;
  }
  if (r->from_flag[row])
    return;
  struct str said = file ? read_file(r, name, value.p) : value;
  if (said.p)
    say(r, row, name, said);
}

static const char *const *split(struct reading *r, const struct row *row, struct str list)
{
  const char **items = arena_array(r->arena, LIST_MOST + 1, sizeof *items);
  size_t count = 0;
  while (items && list.n > 0) {
    if (count == LIST_MOST) {
      buf_print(&r->wrong, "%s: has more than %d items\n", row->member, LIST_MOST);
      break;
    }
    struct str item = str_trim(str_cut(&list, ','));
    struct str copy = item.n ? arena_copy(r->arena, item) : STR_NONE;
    if (copy.p)
      items[count++] = copy.p;
  }
  return count ? items : NULL;
}

static void set_number(struct reading *r, const struct row *row, struct str said, void *member)
{
  unsigned long long number;
  if (!str_number(said, INT64_MAX / 1000000, &number) || (int64_t)number < row->min || (int64_t)number > row->max) {
    buf_print(&r->wrong, "%s: must be a number from %lld to %lld\n", row->member, (long long)row->min, (long long)row->max);
    return;
  }
  *(int64_t *)member = row->kind == KIND_SECONDS ? (int64_t)number * 1000000 : (int64_t)number;
}

static void set_level(struct reading *r, const struct row *row, struct str said, enum log_level *member)
{
  static const char *const levels[] = {
      [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
    if (str_is(said, levels[i])) {
      *member = (enum log_level)i;
      return;
    }
  buf_print(&r->wrong, "%s: must be debug, info, warn or error\n", row->member);
}

/* What goes into tokens and links as it stands: no user, query or fragment, and nothing that would have to be escaped. */
static bool is_url(struct str url)
{
  struct str rest = url, scheme = str_cut(&rest, ':');
  if (url.n > URL_MOST || !(str_is(scheme, "https") || str_is(scheme, "http")) || !str_starts(rest, STR("//")))
    return false;
  if (rest.n < 3 || rest.p[2] == '/' || rest.p[2] == ':' || rest.p[rest.n - 1] == '/')
    return false;
  for (size_t i = 0; i < rest.n; i++) {
    char c = rest.p[i];
    bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && (c == '\0' || !strchr("-._~:/[]", c)))
      return false;
  }
  return true;
}

static const char *checked_url(struct reading *r, const struct row *row, struct str said)
{
  if (said.n > 0 && !is_url(said))
    buf_print(&r->wrong, "%s: must be https://HOST[:PORT][/PATH], at most %d characters, without a slash at its end\n",
              row->member, URL_MOST);
  return arena_copy(r->arena, said).p;
}

static void set(struct reading *r, int i, struct settings *settings)
{
  const struct row *row = &rows[i];
  struct str said = r->said[i].p ? r->said[i] : str_of(row->fallback);
  void *member = (char *)settings + row->offset;
  switch (row->kind) {
  case KIND_TEXT:
  case KIND_SECRET:
    *(const char **)member = arena_copy(r->arena, said).p;
    break;
  case KIND_LIST:
    *(setting_LIST *)member = split(r, row, said);
    break;
  case KIND_NUMBER:
  case KIND_SECONDS:
    set_number(r, row, said, member);
    break;
  case KIND_LEVEL:
    set_level(r, row, said, member);
    break;
  case KIND_URL:
    *(setting_URL *)member = checked_url(r, row, said);
    break;
  }
}

RESULT cli_settings_read(int count, char **arguments, char **environment, struct arena *arena, struct settings *ret_settings,
                         struct str *ret_wrong)
{
  struct reading reading = {.arena = arena, .wrong = buf_in(arena, WRONG_MOST)};
  struct settings settings = {0};
  read_flags(&reading, count, arguments);
  for (char **variable = environment; *variable; variable++)
    read_variable(&reading, str_of(*variable));
  for (int i = 0; i < ROWS; i++)
    set(&reading, i, &settings);
  *ret_wrong = buf_str(&reading.wrong);
  if (!ret_wrong->p)
    return R_NO_MEMORY;
  if (ret_wrong->n > 0)
    return R_MALFORMED;
  *ret_settings = settings;
  return R_OK;
}

bool cli_setting_address(const char *text, struct arena *arena, const char **ret_address, uint16_t *ret_port)
{
  const char *colon = strrchr(text, ':');
  unsigned long long port;
  if (!colon || !str_number(str_of(colon + 1), 65535, &port))
    return false;
  struct str address = {text, (size_t)(colon - text)};
  if (address.n > 2 && address.p[0] == '[' && address.p[address.n - 1] == ']')
    address = (struct str){address.p + 1, address.n - 2};
  struct str copy = arena_copy(arena, address);
  if (!copy.p || copy.n == 0)
    return false;
  *ret_address = copy.p;
  *ret_port = (uint16_t)port;
  return true;
}

void cli_settings_print(struct buf *text)
{
  for (int i = 0; i < ROWS; i++) {
    buf_print(text, "  BAILIWICK_");
    for (const char *c = rows[i].member; *c; c++)
      buf_put_char(text, *c >= 'a' && *c <= 'z' ? (char)(*c - ('a' - 'A')) : *c);
    buf_print(text, "  (%s)  %s\n", rows[i].fallback[0] ? rows[i].fallback : "none", rows[i].help);
  }
}
