-- Counts an attempt at a password before it is looked at: from what known thing it comes, the seconds to wait when it may not, and
-- whether that is because of what was tried at this account; and whether it is one too many for the tenant, of which nobody is told.
-- role: auth
-- params: $1 person uuid, $2 device bytea, $3 place bytea, $4 account bytea, $5 share bytea, $6 address bytea, $7 tenant bytea,
--   $8 account_most integer, $9 address_most integer, $10 tenant_most integer, $11 account_told integer, $12 address_told integer, $13 tenant_told integer,
--   $14 now timestamptz
-- row: known text, wait integer, account_full boolean, unsaid boolean
SELECT known, wait, account_full, unsaid
  FROM vault.throttle_login($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
