-- Puts a tenant below another.
-- role: app
-- params: $1 id uuid, $2 label text, $3 parent uuid, $4 kind text, $5 code text, $6 name text, $7 name_key text, $8
--         external_id text
-- row: id uuid, path text, body json, version bigint, named json
INSERT INTO tenant AS t (id, label, parent_id, parent_path, parent_boundary, kind, code, name, name_key, external_id)
SELECT $1, $2, p.id, p.path, p.boundary, $4, $5, $6, $7, $8
  FROM tenant p
 WHERE p.id = $3
RETURNING t.id, t.path, tenant_view(t, current_setting('bailiwick.low')) AS body, t.version,
          json_build_object('parent_id', t.parent_path) AS named
