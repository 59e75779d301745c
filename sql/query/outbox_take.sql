-- The mail that is due first, before those of many that were put in at once, and in nobody else's hand: put off until whoever has it now must be done or dead. None before the
-- pace of all processes together allows it: so many microseconds after the one before.
-- role: auth
-- params: $1 lease bigint, $2 interval bigint
-- row: id uuid, principal_id uuid, tenant_id uuid, kind text, recipient text, sealed_token bytea, address text, happened_at timestamptz, expires_at timestamptz, attempts integer, refusals integer, display_name text, login text, tenant_name text, tenant_code text
WITH slot AS MATERIALIZED (
  SELECT c.one FROM vault.outbox_pace c WHERE c.next_at <= clock_timestamp() FOR NO KEY UPDATE SKIP LOCKED
), single AS MATERIALIZED (
  SELECT o.id, o.tenant_path FROM vault.outbox o
   WHERE o.ended_at IS NULL AND NOT o.bulk AND o.next_at <= clock_timestamp() AND EXISTS (SELECT FROM slot)
   ORDER BY o.next_at
   LIMIT 1
     FOR NO KEY UPDATE SKIP LOCKED
), many AS MATERIALIZED (
  SELECT o.id, o.tenant_path FROM vault.outbox o
   WHERE o.ended_at IS NULL AND o.bulk AND o.next_at <= clock_timestamp() AND EXISTS (SELECT FROM slot)
     AND NOT EXISTS (SELECT FROM single)
   ORDER BY o.next_at
   LIMIT 1
     FOR NO KEY UPDATE SKIP LOCKED
), due AS MATERIALIZED (
  SELECT s.id, s.tenant_path FROM single s UNION ALL SELECT m.id, m.tenant_path FROM many m
), used AS (
  UPDATE vault.outbox_pace c SET next_at = clock_timestamp() + $2::bigint * interval '1 microsecond' FROM due WHERE c.one
)
UPDATE vault.outbox o
   SET attempts = o.attempts + 1, next_at = clock_timestamp() + $1::bigint * interval '1 second'
  FROM due, principal p, tenant t
 WHERE o.id = due.id AND o.tenant_path = due.tenant_path AND p.id = o.principal_id AND p.tenant_path = o.tenant_path
   AND t.id = o.tenant_id
RETURNING o.id, o.principal_id, o.tenant_id, o.kind, o.recipient, o.sealed_token, o.address, o.happened_at, o.expires_at,
          o.attempts, o.refusals, p.display_name, p.login, t.name AS tenant_name, t.code AS tenant_code
