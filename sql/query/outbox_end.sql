-- A mail is through, or nobody tries any more; its token goes.
-- role: auth
-- params: $1 id uuid, $2 outcome text
-- row: id uuid
UPDATE vault.outbox SET ended_at = now(), outcome = $2, sealed_token = NULL WHERE id = $1 AND ended_at IS NULL RETURNING id
