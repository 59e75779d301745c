/* Running statements: for the files of this layer alone, which no layer above can include. */
#pragma once
#include "db/tx.h"
#include "store/call.h"

/* One statement by itself, as db_read. */
RESULT store_read(const struct store_call *call, enum statement statement, const struct db_values *values,
                  struct db_rows *ret_rows);

/* In a transaction, as db_tx_run and db_tx_queue. */
RESULT store_run(struct store_tx *tx, enum statement statement, const struct db_values *values, struct db_rows *ret_rows);
RESULT store_queue(struct store_tx *tx, enum statement statement, const struct db_values *values);
