-- A role that lies in the scope or flows down to it. The paths are said aloud, and those above one by one: a foreign role is
-- then not fetched to be filtered, which took longer than one that is not there.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
SELECT r.id, r.tenant_path AS path, role_view(r, current_setting('bailiwick.low')) AS body, r.version
  FROM role r
 WHERE r.id = $1 AND r.tenant_path >= (SELECT current_setting('bailiwick.low'))
   AND r.tenant_path < (SELECT current_setting('bailiwick.high'))
 UNION ALL
SELECT above.*
  FROM unnest(NULLIF(current_setting('bailiwick.ancestors', true), '')::text[]) line (path),
       LATERAL (SELECT r.id, r.tenant_path AS path, role_view(r, current_setting('bailiwick.low')) AS body, r.version
                  FROM role r
                 WHERE r.id = $1 AND r.tenant_path = line.path
                OFFSET 0) above
 WHERE line.path COLLATE "C" < current_setting('bailiwick.low')
