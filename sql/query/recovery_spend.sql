-- Spends a recovery code, once. The try that was counted was none in vain.
-- role: auth
-- params: $1 id uuid, $2 hash text
-- row: id uuid
UPDATE vault.recovery r
   SET hashes = array_remove(r.hashes, $2), failures = greatest(r.failures - 1, 0), last_used_at = now()
 WHERE r.id = $1 AND $2 = ANY (r.hashes)
RETURNING r.id
