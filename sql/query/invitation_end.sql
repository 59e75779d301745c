-- Whatever token a person still has sets no password any more.
-- role: auth
-- params: $1 principal uuid
-- row: none
UPDATE vault.invitation SET used_at = now() WHERE principal_id = $1 AND used_at IS NULL
