-- Fails with the value in PostgreSQL's message.
-- role: any
-- scope: none
SELECT $1::text::uuid AS id
