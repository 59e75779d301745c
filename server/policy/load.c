/* Reads everything by pages, or the facts that events speak of, in one state of the database. */
#include "policy/load.h"
#include "policy/fact.h"

/* Beyond EVENTS_MOST a load of the whole is no slower than following, and bounded in memory. */
enum { EVENTS_MOST = 50000, PAGE = 5000, RUN_SECONDS = 10, ROWS_MEMORY = 1 << 20 };

/* What the database says of itself. */
struct state {
  struct policy_place place;
  uint64_t oldest; /* revision that is kept */
  int64_t events;  /* behind the model's, all kinds; EVENTS_MOST + 1 stands for more */
  bool changed[POLICY_FACTS];
};

static RESULT run(struct db_listen *listen, struct arena *arena)
{
  return db_listen_run(listen, arena, clock_monotonic() + RUN_SECONDS * CLOCK_SECOND);
}

static void read_pending(const struct db_rows *rows, struct state *state)
{
  for (int row = 0; row < rows->count; row++) {
    for (int kind = 0; kind < POLICY_FACTS; kind++)
      if (str_is(db_text(rows, row, 0), policy_fact_kinds[kind].name))
        state->changed[kind] = true;
    state->events += db_int(rows, row, 1);
  }
}

/* Begins the transaction; its end is the caller's. */
static RESULT look(struct db_listen *listen, const struct policy_place *place, struct state *ret_state)
{
  struct arena *arena CLEANUP(arena_free) = arena_new(ROWS_MEMORY);
  struct db_rows rows = {0}, pending = {0};
  struct db_values behind = {0};
  if (!arena)
    return R_NO_MEMORY;
  TRY(db_listen_begin(listen));
  TRY(db_listen_queue(listen, SQL_policy_state, &(struct db_values){0}, &rows));
  if (place->known) {
    db_put_int(&behind, (int64_t)place->revision);
    db_put_int(&behind, EVENTS_MOST + 1);
    TRY(db_listen_queue(listen, SQL_policy_pending, &behind, &pending));
  }
  TRY(run(listen, arena));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  struct state state = {
      .place = {true, db_uuid(&rows, 0, 0), db_int(&rows, 0, 1), db_int(&rows, 0, 2), (uint64_t)db_int(&rows, 0, 4)},
      .oldest = (uint64_t)db_int(&rows, 0, 3)};
  if (place->known)
    read_pending(&pending, &state);
  *ret_state = state;
  return R_OK;
}

static bool is_elsewhere(const struct policy_place *place, const struct policy_place *now)
{
  return place->known && (!uuid_equal(&place->epoch, &now->epoch) || place->system != now->system ||
                          place->timeline != now->timeline || place->revision > now->revision);
}

/* Events are pruned oldest first: while that of the model's own revision, or one before it, is kept, none behind it is
   gone. */
static enum policy_step step_to(const struct policy_place *place, const struct state *state)
{
  if (is_elsewhere(place, &state->place))
    return POLICY_ELSEWHERE;
  if (!place->known || state->oldest > place->revision || state->events > EVENTS_MOST)
    return POLICY_WHOLE;
  return state->events > 0 ? POLICY_CHANGED : POLICY_SAME;
}

static RESULT apply(struct bw_model *model, int kind, const struct db_rows *rows)
{
  for (int row = 0; row < rows->count; row++)
    if (!policy_fact_kinds[kind].apply(model, rows, row))
      return R_NO_MEMORY;
  return R_OK;
}

static RESULT load_page(struct db_listen *listen, struct bw_model *model, int kind, struct uuid *behind, bool *ret_last)
{
  struct arena *arena CLEANUP(arena_free) = arena_new(ROWS_MEMORY);
  struct db_rows rows = {0};
  struct db_values values = {0};
  if (!arena)
    return R_NO_MEMORY;
  db_put_uuid(&values, behind);
  db_put_int(&values, PAGE);
  TRY(db_listen_queue(listen, policy_fact_kinds[kind].page, &values, &rows));
  TRY(run(listen, arena));
  TRY(apply(model, kind, &rows));
  *ret_last = rows.count < PAGE;
  if (rows.count > 0)
    *behind = db_uuid(&rows, rows.count - 1, 0);
  return R_OK;
}

static RESULT load_whole(struct db_listen *listen, struct bw_model *model)
{
  if (!bw_model_begin_whole(model))
    return R_NO_MEMORY;
  for (int kind = 0; kind < POLICY_FACTS; kind++) {
    struct uuid behind = {0};
    for (bool last = false; !last;)
      TRY(load_page(listen, model, kind, &behind, &last));
  }
  TRY(db_listen_end(listen));
  return run(listen, NULL);
}

static RESULT load_changes(struct db_listen *listen, struct bw_model *model, const struct policy_place *place,
                           const struct state *state)
{
  struct arena *arena CLEANUP(arena_free) = arena_new(ROWS_MEMORY);
  struct db_rows rows[POLICY_FACTS] = {0};
  struct db_values behind = {0};
  if (!arena)
    return R_NO_MEMORY;
  db_put_int(&behind, (int64_t)place->revision);
  for (int kind = 0; kind < POLICY_FACTS; kind++)
    if (state->changed[kind])
      TRY(db_listen_queue(listen, policy_fact_kinds[kind].changed, &behind, &rows[kind]));
  TRY(db_listen_end(listen));
  TRY(run(listen, arena));
  bw_model_begin(model);
  for (int kind = 0; kind < POLICY_FACTS; kind++)
    TRY(apply(model, kind, &rows[kind]));
  return R_OK;
}

static RESULT end_unchanged(struct db_listen *listen)
{
  TRY(db_listen_end(listen));
  return run(listen, NULL);
}

RESULT policy_load(struct db_listen *listen, struct bw_model *model, struct policy_place *place,
                   enum policy_step *ret_step)
{
  struct state state;
  TRY(look(listen, place, &state));
  enum policy_step step = step_to(place, &state);
  if (step == POLICY_SAME)
    TRY(end_unchanged(listen));
  else if (step == POLICY_CHANGED)
    TRY(load_changes(listen, model, place, &state));
  else
    TRY(load_whole(listen, model));
  if (step != POLICY_SAME && !bw_model_commit(model, state.place.revision))
    return R_NO_MEMORY;
  *place = state.place;
  *ret_step = step;
  return R_OK;
}
