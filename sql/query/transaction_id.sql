-- The number by which another connection can ask what became of this transaction.
-- role: any
-- scope: none
-- params: none
-- row: id xid8
SELECT pg_current_xact_id() AS id
