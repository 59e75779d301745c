-- A page of the grants at a tenant, or at it and all below it, in the order of the tree; a holder who is not named to the
-- reader is not found either, nor what is over among what ends before a moment.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 after_path text, $4 after_id uuid, $5 principal uuid, $6 role uuid, $7 ends_before
--         timestamptz, $8 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT g.id, g.tenant_path AS path,
       grant_view(g, (SELECT r.name FROM role r WHERE r.id = g.role_id AND r.tenant_path = g.role_path),
                  current_setting('bailiwick.low')) AS body,
       0::bigint AS version
  FROM "grant" g
 WHERE g.tenant_path >= $1 AND g.tenant_path < $2 AND (g.tenant_path, g.id) > ($3, $4)
   AND ($5::uuid IS NULL OR (g.principal_id = $5 AND g.principal_path >= current_setting('bailiwick.low')))
   AND ($6::uuid IS NULL OR g.role_id = $6)
   AND ($7::timestamptz IS NULL OR (g.expires_at IS NOT NULL AND g.expires_at < $7 AND g.expires_at > now()))
 ORDER BY g.tenant_path, g.id
 LIMIT $8
