-- What became of a transaction: 'committed', 'aborted', 'in progress'; NULL when that is no longer known.
-- role: any
-- scope: none
-- params: $1 id xid8
-- row: status text
SELECT pg_xact_status($1) AS status
