-- The same password under dearer parameters; nothing if it was changed meanwhile.
-- role: auth
-- params: $1 principal uuid, $2 hash_before text, $3 hash text
-- row: none
UPDATE vault.credential SET password_hash = $3 WHERE principal_id = $1 AND password_hash = $2
