-- Of each family of hashes the dearest one there is, of whomever: one look into the index for each.
-- role: auth
-- params: none
-- row: password_hash text
SELECT c.password_hash
  FROM generate_series(0, 4) family
 CROSS JOIN LATERAL (SELECT c.password_hash FROM vault.credential c
                      WHERE c.hash_family = family ORDER BY c.hash_family DESC, c.hash_work DESC LIMIT 1) c
