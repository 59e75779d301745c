/* Statements on import jobs. */
#include "store/import.h"
#include "store/run.h"

/* A change that gives the job back, and behind it the paths of what members of it name. */
static RESULT change_one(struct store_tx *tx, enum statement statement, const struct db_values *values,
                         struct store_object *ret_job, struct str *ret_named)
{
  enum { NAMED = STORE__COLUMNS };
  struct db_rows rows;
  TRY(store_run(tx, statement, values, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_job = store_run_object(&rows, 0);
  *ret_named = db_text(&rows, 0, NAMED);
  return R_OK;
}

/* NULL for 0. */
static void put_number(struct db_values *v, int64_t number)
{
  if (number)
    db_put_int(v, number);
  else
    db_put_null(v);
}

RESULT store_import_insert(struct store_tx *tx, const struct store_import_new *job, struct store_object *ret_job,
                           struct str *ret_named)
{
  struct db_values v = {0};
  db_put_uuid(&v, &job->id);
  db_put_uuid(&v, &job->tenant);
  if (uuid_is_zero(&job->submitter))
    db_put_null(&v);
  else
    db_put_uuid(&v, &job->submitter);
  db_put_text(&v, job->submitter_kind);
  db_put_uuid(&v, &job->submitter_home);
  db_put_text(&v, job->submitter_path);
  db_put_bool(&v, job->submitter_weak);
  db_put_text(&v, job->kind);
  db_put_text(&v, job->format);
  db_put_text(&v, job->mode);
  db_put_text(&v, job->on_error);
  db_put_bool(&v, job->dry_run);
  if (str_is(job->mode, "sync"))
    db_put_int(&v, job->removals_most);
  else
    db_put_null(&v);
  db_put_text(&v, job->invitations);
  put_number(&v, job->mail_pace);
  return change_one(tx, SQL_import_insert, &v, ret_job, ret_named);
}

static void put_key(struct db_values *v, const struct store_import_key *key)
{
  db_put_uuid(v, &key->tenant);
  db_put_uuid(v, &key->job);
}

RESULT store_import_get(const struct store_call *call, const struct store_import_key *key, struct store_object *ret_job)
{
  struct db_values v = {0};
  put_key(&v, key);
  return store_run_one(call, SQL_import_get, &v, ret_job);
}

RESULT store_import_list(const struct store_call *call, const struct store_import_filter *filter,
                         struct store_page *ret_page)
{
  struct db_values v = {0};
  struct uuid last;
  memset(last.b, 0xff, sizeof last.b);
  db_put_uuid(&v, &filter->tenant);
  db_put_uuid(&v, uuid_is_zero(&filter->before) ? &last : &filter->before);
  db_put_text(&v, filter->state);
  db_put_int(&v, filter->limit);
  return store_run_page(call, SQL_import_list, &v, ret_page);
}

RESULT store_import_lock(struct store_tx *tx, const struct store_import_key *key, struct store_import *ret_job)
{
  enum { STATE = STORE__COLUMNS, RECEIVED, ANNOUNCED, NAMED, SUBMITTER };
  struct db_values v = {0};
  struct db_rows rows;
  put_key(&v, key);
  TRY(store_run(tx, SQL_import_lock, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_job = (struct store_import){.object = store_run_object(&rows, 0),
                                   .state = db_text(&rows, 0, STATE),
                                   .named = db_text(&rows, 0, NAMED),
                                   .received = db_int(&rows, 0, RECEIVED),
                                   .announced = db_int(&rows, 0, ANNOUNCED),
                                   .submitter = db_uuid(&rows, 0, SUBMITTER)};
  return R_OK;
}

RESULT store_import_announce(struct store_tx *tx, const struct uuid *job, int64_t announced,
                             struct store_object *ret_job)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  db_put_int(&v, announced);
  return store_run_change_one(tx, SQL_import_announce, &v, ret_job);
}

RESULT store_import_receive(struct store_tx *tx, const struct uuid *job, int64_t received)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  db_put_int(&v, received);
  return store_queue(tx, SQL_import_receive, &v);
}

RESULT store_import_turn(struct store_tx *tx, const struct uuid *job, struct str state, struct store_object *ret_job)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  db_put_text(&v, state);
  return store_run_change_one(tx, SQL_import_turn, &v, ret_job);
}

RESULT store_import_part_put(struct store_tx *tx, const struct uuid *job, const struct store_import_part *part)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  db_put_int(&v, part->begins);
  db_put_int(&v, part->ends);
  db_put_bytes(&v, part->sealed.p, part->sealed.n);
  return store_queue(tx, SQL_import_part_put, &v);
}

RESULT store_import_part_read(const struct store_call *call, const struct uuid *job,
                              const struct store_import_span *span, const struct store_import_part **ret_parts,
                              size_t *ret_count)
{
  enum { BEGINS, ENDS, SEALED };
  struct db_values v = {0};
  struct db_rows rows;
  db_put_uuid(&v, job);
  db_put_int(&v, span->from);
  db_put_int(&v, span->limit);
  TRY(store_read(call, SQL_import_part_read, &v, &rows));
  struct store_import_part *parts = arena_array(call->arena, (size_t)rows.count + 1, sizeof *parts);
  if (!parts)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    parts[i] = (struct store_import_part){db_int(&rows, i, BEGINS), db_int(&rows, i, ENDS), db_text(&rows, i, SEALED)};
  *ret_parts = parts;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_import_part_drop(struct store_tx *tx, const struct uuid *job)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  return store_queue(tx, SQL_import_part_drop, &v);
}

static struct store_import_step step_of(const struct db_rows *rows)
{
  enum {
    ID,
    TENANT,
    PATH,
    SUBMITTER,
    SUBMITTER_KIND,
    HOME,
    WEAK,
    KIND,
    FORMAT,
    MODE,
    ON_ERROR,
    DRY_RUN,
    RECEIVED,
    DONE,
    LINE,
    SKIPPING,
    REFUSED,
    RESULTS,
    HEADER,
    PHASE,
    REMOVALS_MOST,
    REMOVALS,
    REMOVALS_DONE,
    WAITING,
    WAITING_LINE,
    WAITING_MOVED,
    INVITATIONS,
    MAIL_PACE,
    MAIL_NEXT,
    TRIES,
    AGAIN,
    SERVED_BY
  };
  return (struct store_import_step){.key = {db_uuid(rows, 0, TENANT), db_uuid(rows, 0, ID)},
                                    .path = db_text(rows, 0, PATH),
                                    .submitter = db_uuid(rows, 0, SUBMITTER),
                                    .submitter_home = db_uuid(rows, 0, HOME),
                                    .submitter_kind = db_text(rows, 0, SUBMITTER_KIND),
                                    .submitter_weak = db_bool(rows, 0, WEAK),
                                    .kind = db_text(rows, 0, KIND),
                                    .format = db_text(rows, 0, FORMAT),
                                    .mode = db_text(rows, 0, MODE),
                                    .on_error = db_text(rows, 0, ON_ERROR),
                                    .dry_run = db_bool(rows, 0, DRY_RUN),
                                    .received = db_int(rows, 0, RECEIVED),
                                    .done = db_int(rows, 0, DONE),
                                    .line = db_int(rows, 0, LINE),
                                    .skipping = db_bool(rows, 0, SKIPPING),
                                    .refused = db_int(rows, 0, REFUSED),
                                    .results = db_int(rows, 0, RESULTS),
                                    .header = db_is_null(rows, 0, HEADER) ? STR_NONE : db_text(rows, 0, HEADER),
                                    .phase = db_text(rows, 0, PHASE),
                                    .removals_most =
                                        db_is_null(rows, 0, REMOVALS_MOST) ? 0 : db_int(rows, 0, REMOVALS_MOST),
                                    .removals = db_is_null(rows, 0, REMOVALS) ? -1 : db_int(rows, 0, REMOVALS),
                                    .removals_done = db_int(rows, 0, REMOVALS_DONE),
                                    .waiting = db_int(rows, 0, WAITING),
                                    .waiting_line = db_int(rows, 0, WAITING_LINE),
                                    .waiting_moved = db_bool(rows, 0, WAITING_MOVED),
                                    .invitations = db_text(rows, 0, INVITATIONS),
                                    .mail_pace = db_int(rows, 0, MAIL_PACE),
                                    .mail_next = db_time(rows, 0, MAIL_NEXT),
                                    .tries = db_int(rows, 0, TRIES),
                                    .again = db_int(rows, 0, AGAIN),
                                    .served_by = db_uuid(rows, 0, SERVED_BY)};
}

RESULT store_import_take(struct store_tx *tx, const struct uuid *only, struct store_import_step *ret_step)
{
  struct db_values v = {0};
  struct db_rows rows;
  if (only)
    db_put_uuid(&v, only);
  else
    db_put_null(&v);
  TRY(store_run(tx, SQL_import_take, &v, &rows));
  if (rows.count == 0)
    return R_NOT_FOUND;
  *ret_step = step_of(&rows);
  return R_OK;
}

RESULT store_import_put_off(struct store_tx *tx, const struct uuid *job, enum store_import_failure failure)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  db_put_bool(&v, failure == STORE_IMPORT_TRY);
  db_put_bool(&v, failure == STORE_IMPORT_AGAIN);
  return store_queue(tx, SQL_import_put_off, &v);
}

RESULT store_import_advance(struct store_tx *tx, const struct uuid *job, const struct store_import_progress *progress,
                            struct store_object *ret_job, struct str *ret_named)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  db_put_int(&v, progress->done);
  db_put_int(&v, progress->line);
  db_put_bool(&v, progress->skipping);
  db_put_int(&v, progress->created);
  db_put_int(&v, progress->updated);
  db_put_int(&v, progress->unchanged);
  db_put_int(&v, progress->removed);
  db_put_int(&v, progress->refused);
  db_put_int(&v, progress->results);
  db_put_text(&v, progress->state);
  db_put_text(&v, progress->code);
  db_put_text(&v, progress->header);
  db_put_text(&v, progress->phase);
  if (progress->removals < 0)
    db_put_null(&v);
  else
    db_put_int(&v, progress->removals);
  db_put_int(&v, progress->removals_done);
  db_put_int(&v, progress->waiting);
  db_put_int(&v, progress->waiting_line);
  db_put_bool(&v, progress->waiting_moved);
  if (progress->mail_next)
    db_put_time(&v, progress->mail_next);
  else
    db_put_null(&v);
  if (uuid_is_zero(&progress->served_by))
    db_put_null(&v);
  else
    db_put_uuid(&v, &progress->served_by);
  return change_one(tx, SQL_import_advance, &v, ret_job, ret_named);
}

RESULT store_import_result_put(struct store_tx *tx, const struct uuid *job, const struct store_import_result *result)
{
  struct db_values v = {0};
  db_put_uuid(&v, job);
  db_put_int(&v, result->place);
  db_put_int(&v, result->number);
  db_put_bool(&v, result->refused);
  db_put_text(&v, result->lines);
  return store_queue(tx, SQL_import_result_put, &v);
}

RESULT store_import_result_list(const struct store_call *call, const struct store_import_results *wanted,
                                const struct store_import_result **ret_results, size_t *ret_count)
{
  enum { PLACE, LINES };
  struct db_values v = {0};
  struct db_rows rows;
  put_key(&v, &wanted->key);
  db_put_int(&v, wanted->place);
  if (wanted->refused)
    db_put_bool(&v, *wanted->refused);
  else
    db_put_null(&v);
  db_put_int(&v, wanted->limit);
  TRY(store_read(call, SQL_import_result_list, &v, &rows));
  struct store_import_result *results = arena_array(call->arena, (size_t)rows.count + 1, sizeof *results);
  if (!results)
    return R_NO_MEMORY;
  for (int i = 0; i < rows.count; i++)
    results[i] = (struct store_import_result){.place = db_int(&rows, i, PLACE), .lines = db_text(&rows, i, LINES)};
  *ret_results = results;
  *ret_count = (size_t)rows.count;
  return R_OK;
}

RESULT store_import_waiting(const struct store_call *call, int64_t *ret_running, int64_t *ret_waiting)
{
  enum { RUNNING, WAITING };
  struct db_rows rows;
  TRY(store_read(call, SQL_import_waiting, &(struct db_values){0}, &rows));
  if (rows.count != 1)
    return FAULT(R_INTERNAL);
  *ret_running = db_int(&rows, 0, RUNNING);
  *ret_waiting = db_int(&rows, 0, WAITING);
  return R_OK;
}

RESULT store_import_prune(const struct store_call *call, int64_t ended, int64_t opened)
{
  struct db_values v = {0};
  struct db_rows rows;
  db_put_time(&v, ended);
  db_put_time(&v, opened);
  return store_read(call, SQL_import_prune, &v, &rows);
}
