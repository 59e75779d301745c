/* Gathers rows of users that follow one another, applies them at once, and what that leaves one by one. Trusts: nothing
   of the content. */
#include "import/block.h"
#include "import/waiting.h"

enum {
  BLOCK_ARENA = 128 << 20,
  BLOCK = 512,   /* rows that are looked at together, at most */
  PLACES = 2048, /* for their names: twice as many and more */
  BLOCK_LINE = 8192
};

/* How a row says whose user it is about. A tenant that is named in two ways would have a user twice in a block. */
enum home { HOME_JOB, HOME_NAME, HOME_ID };

struct block {
  const struct import_block_lines *from; /* NULL: they follow one another in the text */
  size_t ends;                           /* there, behind the last of them */
  struct import_row rows[BLOCK];
  struct import_line lines[BLOCK];
  struct import_apply_user users[BLOCK];
  uint16_t places[PLACES]; /* 1 and more: the row of that name */
  int count;
  enum home home;
};

static size_t place_of(const struct import_row *row)
{
  const struct str parts[] = {row->user.tenant_external_id.value, row->user.external_id.value};
  uint64_t hash = 14695981039346656037u; /* FNV-1a */
  for (int i = 0; i < 2; i++)
    for (size_t j = 0; j < parts[i].n; j++)
      hash = (hash ^ (unsigned char)parts[i].p[j]) * 1099511628211u;
  return hash % PLACES;
}

static enum home home_of(const struct import_row *row)
{
  struct str name = row->user.tenant_external_id.value;
  struct uuid id;
  if (!name.p)
    return HOME_JOB;
  return import_row_id(name, &id) ? HOME_ID : HOME_NAME;
}

/* False when there is one of that name. */
static bool add_name(struct block *b, const struct import_row *row)
{
  size_t at = place_of(row);
  for (; b->places[at]; at = (at + 1) % PLACES) {
    const struct import_row_user *other = &b->rows[b->places[at] - 1].user;
    if (str_equal(other->external_id.value, row->user.external_id.value) &&
        str_equal(other->tenant_external_id.value, row->user.tenant_external_id.value))
      return false;
  }
  b->places[at] = (uint16_t)(b->count + 1);
  return true;
}

/* Whether it is a row of a user that has a name and may stand beside others. */
static bool is_good(struct import_rows *s, const struct import_line *line, struct arena *arena,
                    struct import_verdict *ignored, struct import_row *row)
{
  struct uuid id;
  return line->ended && line->text.n <= BLOCK_LINE && import_rows_read(s, line, arena, ignored, row) == R_OK &&
         row->kind == IMPORT_ROW_USER && row->user.external_id.present &&
         !import_row_id(row->user.external_id.value, &id);
}

/* Behind those that the block has. */
static bool next_line(const struct import_rows *s, const struct block *b, struct import_line *ret_line)
{
  if (!b->from)
    return import_line_at(&s->text, b->ends, ret_line);
  return (size_t)b->count < b->from->count && import_waiting_line(s, &b->from->waiting[b->count], ret_line);
}

/* Good rows of users that follow one another. */
static void gather(struct import_rows *s, struct arena *arena, struct block *b)
{
  struct import_verdict ignored = {0};
  struct import_line line;
  int most = s->most - s->rows < BLOCK ? s->most - s->rows : BLOCK;
  for (; b->count < most && next_line(s, b, &line); b->ends += line.size) {
    struct import_row *row = &b->rows[b->count];
    if (!is_good(s, &line, arena, &ignored, row) || (b->count > 0 && home_of(row) != b->home) || !add_name(b, row))
      return;
    b->home = home_of(row);
    b->lines[b->count] = line;
    b->users[b->count++].row = row;
  }
}

static RESULT apply_block(struct import_rows *s, struct block *b, struct arena *arena)
{
  TRY(store_tx_mark(s->tx));
  enum result r = import_apply_users(&s->apply, b->users, (size_t)b->count, arena);
  if (r == R_OK)
    r = store_tx_forget(s->tx);
  if (r == R_OK)
    return R_OK;
  TRY(store_tx_return(s->tx));
  TRY(store_tx_forget(s->tx));
  for (int i = 0; i < b->count; i++)
    b->users[i].settled = false;
  return import_rows_is_passing(r) ? r : R_OK;
}

static RESULT settle_alone(struct import_rows *s, const struct block *b, int i)
{
  return b->from ? import_waiting_one(s, &b->from->waiting[i], &b->lines[i]) : import_rows_one(s, &b->lines[i]);
}

static void count_one(struct import_rows *s, const struct block *b, int i)
{
  struct import_verdict verdict = {.line = b->from ? b->from->waiting[i].line : s->progress.line,
                                   .place = import_rows_place(s, &b->lines[i]),
                                   .row = b->users[i].row,
                                   .applied = b->users[i].applied};
  import_rows_count(s, &verdict);
  if (b->from)
    import_waiting_end(s, &b->from->waiting[i]);
  else
    import_rows_pass(s, &b->lines[i]);
}

/* In their order; what is not settled by itself. */
static RESULT settle_block(struct import_rows *s, const struct block *b)
{
  for (int i = 0; i < b->count && !s->closed; i++)
    if (b->users[i].settled)
      count_one(s, b, i);
    else
      TRY(settle_alone(s, b, i));
  return R_OK;
}

/* A block that ends before its last row leaves nothing, for rows behind that one may have been made: they are gone
   through again, each by itself. */
static RESULT try_block(struct import_rows *s, struct block *b, struct arena *arena)
{
  const struct import_rows before = *s;
  TRY(store_tx_mark(s->tx));
  TRY(apply_block(s, b, arena));
  TRY(settle_block(s, b));
  if (s->closed) {
    TRY(store_tx_return(s->tx));
    *s = before;
    s->plain = true;
  }
  return store_tx_forget(s->tx);
}

/* Whether a block may begin here: room for one is not made for each bad row of many. */
static RESULT begins(struct import_rows *s, const struct import_line *first, bool *ret_begins)
{
  CLEANUP(arena_free) struct arena *arena = arena_new(BLOCK_ARENA);
  struct import_verdict ignored = {0};
  struct import_row row;
  if (!arena)
    return R_NO_MEMORY;
  *ret_begins = is_good(s, first, arena, &ignored, &row);
  return R_OK;
}

RESULT import_block_run(struct import_rows *s, const struct import_line *first,
                        const struct import_block_lines *waiting, int *ret_count)
{
  CLEANUP(arena_free) struct arena *arena = NULL;
  struct block *block;
  bool may = !s->plain && s->apply.mode != IMPORT_DELETE &&
             (s->kind == IMPORT_ROW_NONE || s->kind == IMPORT_ROW_USER) && !s->progress.skipping &&
             (!str_is(s->job.format, "csv") || s->header.count > 0);
  *ret_count = 0;
  if (may)
    TRY(begins(s, first, &may));
  if (!may)
    return R_OK;
  arena = arena_new(BLOCK_ARENA);
  block = arena ? arena_alloc(arena, sizeof *block) : NULL;
  if (!block)
    return R_NO_MEMORY;
  block->from = waiting;
  block->ends = s->at;
  gather(s, arena, block);
  if (block->count < 2)
    return R_OK;
  if (s->draft)
    TRY(import_draft_bring(s, block->rows, (size_t)block->count));
  *ret_count = block->count;
  if (s->closed)
    return R_OK;
  return try_block(s, block, arena);
}
