/* Sorts and reads the words of an import by one table. Trusts: nothing of the words. */
#include "cli/order.h"
#include <stddef.h>
#include <strings.h>

enum kind { TEXT = 1, CHOICE, NUMBER, SWITCH };

struct option {
  const char *name;
  enum kind kind;
  size_t offset;
  const char *choices;
};

static const struct option options[] = {
    {"tenant", TEXT, offsetof(struct cli_order, tenant), NULL},
    {"kind", CHOICE, offsetof(struct cli_order, job.kind), IMPORT_JOB_KINDS},
    {"format", CHOICE, offsetof(struct cli_order, job.format), IMPORT_JOB_FORMATS},
    {"mode", CHOICE, offsetof(struct cli_order, job.mode), IMPORT_JOB_MODES},
    {"removals-most", NUMBER, offsetof(struct cli_order, job.removals_most), NULL},
    {"on-error", CHOICE, offsetof(struct cli_order, job.on_error), IMPORT_JOB_ON_ERROR},
    {"dry-run", SWITCH, offsetof(struct cli_order, job.dry_run), NULL},
};
enum { OPTIONS = sizeof options / sizeof *options };

struct reading {
  struct cli_order order;
  struct arena *arena;
  bool said[OPTIONS];
  struct str wrong; /* .p NULL: nothing */
};

/* "removals_most" is "removals-most". */
static bool is_named(const struct option *option, struct str name)
{
  size_t n = strlen(option->name), at = 0;
  while (n == name.n && at < n && (name.p[at] == '_' ? '-' : name.p[at]) == option->name[at])
    at++;
  return at == n;
}

/* Of the table; OPTIONS when it is none of them. */
static size_t option_of(const char *word, struct str *ret_name, struct str *ret_value)
{
  size_t i = 0;
  *ret_value = str_of(word);
  *ret_name = str_cut(ret_value, '=');
  struct str bare = str_starts(*ret_name, STR("--")) ? (struct str){ret_name->p + 2, ret_name->n - 2} : STR("");
  while (i < OPTIONS && !is_named(&options[i], bare))
    i++;
  return i;
}

/* Which it stands for, with those behind it that belong to it. */
static int words_of(int count, char **words, bool *ret_own)
{
  struct str name, value;
  size_t option = option_of(words[0], &name, &value);
  bool bare = option < OPTIONS && options[option].kind == SWITCH;
  *ret_own = option < OPTIONS || !str_starts(name, STR("--"));
  return str_starts(name, STR("--")) && !value.p && !bare && count > 1 ? 2 : 1;
}

/* The last `n` of so many words come first. */
static void bring_forward(char **words, int count, int n)
{
  for (; n > 0; n--) {
    char *last = words[count - 1];
    memmove(words + 1, words, (size_t)(count - 1) * sizeof *words);
    words[0] = last;
  }
}

int cli_order_gather(int count, char **words)
{
  int gathered = 0;
  for (int i = 0, n; i < count; i += n) {
    bool own;
    n = words_of(count - i, words + i, &own);
    if (!own)
      continue;
    bring_forward(words + gathered, i + n - gathered, n);
    gathered += n;
  }
  return gathered;
}

static void blame(struct reading *r, struct str name, const char *why)
{
  if (!r->wrong.p) /* the first is enough */
    r->wrong = arena_print(r->arena, "%.*s: %s", (int)name.n, name.p, why);
}

static bool is_choice(const char *choices, struct str text)
{
  struct str rest = str_of(choices);
  while (rest.p)
    if (str_equal(str_cut(&rest, '|'), text))
      return true;
  return false;
}

static void set(struct reading *r, const struct option *option, struct str name, struct str value)
{
  void *member = (char *)&r->order + option->offset;
  unsigned long long number = 0;
  bool given = value.p, chosen = option->kind != CHOICE || (given && is_choice(option->choices, value)),
       counted = option->kind != NUMBER || (given && str_number(value, IMPORT_JOB_REMOVALS_MOST, &number));
  if (given == (option->kind == SWITCH))
    return blame(r, name, given ? "takes no value" : "needs a value");
  if (!chosen || !counted)
    return blame(r, name, chosen ? "must be a whole number up to 1000000" : "is none of those that there are");
  if (option->kind == SWITCH)
    *(bool *)member = true;
  else if (option->kind == NUMBER)
    *(int64_t *)member = (int64_t)number;
  else
    *(struct str *)member = value;
}

static void read_option(struct reading *r, int count, char **words)
{
  struct str name, value;
  size_t i = option_of(words[0], &name, &value);
  if (i == OPTIONS)
    return blame(r, name, "unknown");
  if (r->said[i])
    return blame(r, name, "given twice");
  r->said[i] = true;
  set(r, &options[i], name, count > 1 ? str_of(words[1]) : value);
}

static void read_file(struct reading *r, struct str file)
{
  if (r->order.file.p)
    blame(r, file, "one file at a time");
  r->order.file = file;
}

static bool is_csv(struct str file) { return file.n > 4 && strcasecmp(file.p + file.n - 4, ".csv") == 0; }

RESULT cli_order_read(int count, char **words, struct arena *arena, struct cli_order *ret_order, struct str *ret_wrong)
{
  struct reading r = {.arena = arena,
                      .order.job = {.kind = STR("mixed"),
                                    .mode = STR("upsert"),
                                    .on_error = STR("continue"),
                                    .invitations = STR("none"),
                                    .removals_most = IMPORT_JOB_UNBOUND}};
  struct import_job_fault fault;
  for (int i = 0, n; i < count; i += n) {
    bool ignored;
    n = words_of(count - i, words + i, &ignored);
    if (strncmp(words[i], "--", 2) == 0)
      read_option(&r, n, words + i);
    else
      read_file(&r, str_of(words[i]));
  }
  if (!r.order.file.p)
    blame(&r, STR("FILE"), "which?");
  else if (!r.order.job.format.p)
    r.order.job.format = is_csv(r.order.file) ? STR("csv") : STR("ndjson");
  if (!import_job_fits(&r.order.job, &fault))
    blame(&r, str_of(fault.member), fault.message);
  if (r.wrong.p) {
    *ret_wrong = r.wrong;
    return R_MALFORMED;
  }
  *ret_order = r.order;
  return R_OK;
}
