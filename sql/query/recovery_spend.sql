-- Spends a recovery code, once.
-- role: auth
-- params: $1 id uuid, $2 hash text
-- row: id uuid
UPDATE vault.recovery r SET hashes = array_remove(r.hashes, $2), last_used_at = now()
 WHERE r.id = $1 AND $2 = ANY (r.hashes)
RETURNING r.id
