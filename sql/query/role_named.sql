-- The roles of a name at the tenant with a path, above it and below it: where two of them meet, the name would mean either.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 name text
-- row: id uuid
SELECT r.id
  FROM role r
 WHERE r.name = $3
   AND (r.tenant_path >= $1 AND r.tenant_path < $2
        OR r.tenant_path = ANY (ARRAY(SELECT left($1, 9 * i) FROM generate_series(1, length($1) / 9) i)))
 LIMIT 2
