-- A page of the events of a tenant, newest first; an actor who is not named to the reader is not found either.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 before_id uuid, $3 action text, $4 outcome text, $5 actor uuid, $6 object uuid, $7 from
--         timestamptz, $8 to timestamptz, $9 limit bigint
-- row: id uuid, path text, body json, version bigint
SELECT e.id, e.tenant_path AS path, audit_view(e, audit_low(e.tenant_path)) AS body, 0::bigint AS version
  FROM audit_event e
 WHERE e.tenant_id = $1 AND e.id < $2
   AND ($3::text IS NULL OR e.action = $3) AND ($4::text IS NULL OR e.outcome = $4)
   AND ($5::uuid IS NULL
        OR (e.actor_id = $5 AND (e.actor_path IS NULL OR e.actor_path >= audit_low(e.tenant_path))))
   AND ($6::uuid IS NULL OR e.object_id = $6)
   AND ($7::timestamptz IS NULL OR e.at >= $7) AND ($8::timestamptz IS NULL OR e.at < $8)
 ORDER BY e.id DESC
 LIMIT $9
