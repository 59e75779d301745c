-- Spends a code: compare and set of the newest accepted step of its authenticator. The try that was counted against all of the
-- user's was none in vain.
-- role: auth
-- params: $1 principal uuid, $2 id uuid, $3 step bigint
-- row: id uuid
UPDATE vault.totp t
   SET failures = greatest(t.failures - 1, 0),
       last_step = CASE t.id WHEN $2 THEN $3 ELSE t.last_step END,
       last_used_at = CASE t.id WHEN $2 THEN now() ELSE t.last_used_at END
 WHERE t.principal_id = $1 AND t.confirmed_at IS NOT NULL
   AND EXISTS (SELECT FROM vault.totp o
                WHERE o.id = $2 AND o.principal_id = $1 AND o.confirmed_at IS NOT NULL AND o.last_step < $3)
RETURNING t.id
