-- Changes what a role says and permits: what is null stays as it is. What it includes has changed by itself.
-- role: app
-- params: $1 id uuid, $2 name text, $3 description text, $4 permissions text, $5 kinds text, $6 included boolean
-- row: id uuid, path text, body json, version bigint
UPDATE role r
   SET name = coalesce($2, r.name), description = coalesce($3, r.description),
       permissions = coalesce(string_to_array($4, ' '), r.permissions), kinds = coalesce(string_to_array($5, ' '), r.kinds),
       version = r.version + CASE WHEN $6 THEN 1 ELSE 0 END
 WHERE r.id = $1
RETURNING r.id, r.tenant_path AS path, role_view(r, current_setting('bailiwick.low')) AS body, r.version
