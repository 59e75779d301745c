-- The tenants that have an external_id, below a parent, in a span of paths or anywhere: a second one tells that it is not
-- one. One that is over counts where no other has it, and until its names have rested.
-- role: app
-- plan: custom
-- params: $1 parent uuid, $2 external_id text, $3 low text, $4 high text
-- row: id uuid, path text, body json, version bigint
SELECT t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version
  FROM tenant t
 WHERE t.external_id = $2 AND ($1::uuid IS NULL OR t.parent_id = $1)
   AND ($3::text IS NULL OR (t.path >= $3 AND t.path < $4))
   AND (t.names_until IS NULL OR (t.names_until > now() AND NOT EXISTS (
         SELECT FROM tenant o
          WHERE o.external_id = $2 AND o.terminated_at IS NULL AND ($1::uuid IS NULL OR o.parent_id = $1)
            AND ($3::text IS NULL OR (o.path >= $3 AND o.path < $4)))))
 ORDER BY t.path
 LIMIT 2
