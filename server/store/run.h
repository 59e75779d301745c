/* Running statements: for the files of this layer alone, which no layer above can include. */
#pragma once
#include "db/tx.h"
#include "store/call.h"

/* The columns with which every statement that gives things begins. */
enum { STORE_ID, STORE_PATH, STORE_BODY, STORE_VERSION, STORE__COLUMNS };

struct store_tx {
  struct db_tx *db;
  struct arena *arena; /* what a change gives back lives in it */
};

/* One statement, in the call's transaction or by itself, as db_read. */
RESULT store_read(const struct store_call *call, enum statement statement, const struct db_values *values,
                  struct db_rows *ret_rows);

/* In a transaction, as db_tx_run and db_tx_queue. */
RESULT store_run(struct store_tx *tx, enum statement statement, const struct db_values *values,
                 struct db_rows *ret_rows);
RESULT store_queue(struct store_tx *tx, enum statement statement, const struct db_values *values);

/* One row: R_NOT_FOUND when there is none. */
RESULT store_run_one(const struct store_call *call, enum statement statement, const struct db_values *values,
                     struct store_object *ret_object);
RESULT store_run_page(const struct store_call *call, enum statement statement, const struct db_values *values,
                      struct store_page *ret_page);

/* A change of one thing, which it gives back: R_NOT_FOUND when it touched none. */
RESULT store_run_change_one(struct store_tx *tx, enum statement statement, const struct db_values *values,
                            struct store_object *ret_object);
/* A change that gives nothing back: R_NOT_FOUND when it touched no row. */
RESULT store_run_touch(struct store_tx *tx, enum statement statement, const struct db_values *values);

struct store_object store_run_object(const struct db_rows *rows, int row);

/* low and high; high is in `arena`. */
RESULT store_run_put_span(struct db_values *v, const struct store_range *range, struct arena *arena);
/* The same, then after_path and after_id: the first page begins at low itself. */
RESULT store_run_put_range(struct db_values *v, const struct store_range *range, struct arena *arena);

/* NULL for a zero one. */
void store_run_put_id(struct db_values *v, const struct uuid *id);
/* An array of them. */
RESULT store_run_put_ids(struct db_values *v, const struct uuid *ids, size_t count, struct arena *arena);
void store_run_put_time(struct db_values *v, int64_t time);
