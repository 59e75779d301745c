-- A tenant that is to go below another: where both stand, what goes along, and what is in the way.
-- role: app
-- plan: custom
-- params: $1 tenant uuid, $2 parent uuid
-- row: path text, parent_id uuid, parent_path text, new_path text, deepest bigint, fits boolean, clashes json, external_id text,
--      rows json, memberships bigint, includes bigint, quotas json
SELECT t.path, t.parent_id, t.parent_path, p.path AS new_path,
       (SELECT max(length(x.path)) FROM tenant x WHERE x.path >= t.path AND x.path < t.path || '0')::bigint AS deepest,
       EXISTS (SELECT FROM tenant_kind_rule r WHERE r.parent_kind = p.kind AND r.kind = t.kind) AS fits,
       to_json(ARRAY(SELECT 'external_id' FROM tenant s
                      WHERE s.parent_id = p.id AND s.external_id = t.external_id AND s.id <> t.id
                        AND (s.names_until IS NULL OR s.names_until > now()))) AS clashes,
       t.external_id,
       json_build_object(
         'tenants', (SELECT count(*) FROM tenant x WHERE x.path >= t.path AND x.path < t.path || '0'),
         'users', (SELECT count(*) FROM principal x
                    WHERE x.kind = 'user' AND x.tenant_path >= t.path AND x.tenant_path < t.path || '0'),
         'clients', (SELECT count(*) FROM principal x
                      WHERE x.kind = 'client' AND x.tenant_path >= t.path AND x.tenant_path < t.path || '0'),
         'groups', (SELECT count(*) FROM principal x
                     WHERE x.kind = 'group' AND x.tenant_path >= t.path AND x.tenant_path < t.path || '0'),
         'memberships', (SELECT count(*) FROM membership x WHERE x.tenant_path >= t.path AND x.tenant_path < t.path || '0'),
         'roles', (SELECT count(*) FROM role x WHERE x.tenant_path >= t.path AND x.tenant_path < t.path || '0'),
         'grants', (SELECT count(*) FROM "grant" x WHERE x.tenant_path >= t.path AND x.tenant_path < t.path || '0')) AS rows,
       0::bigint AS memberships,
       (SELECT count(*) FROM role_include i
         WHERE i.tenant_path >= t.path AND i.tenant_path < t.path || '0' AND include_stays(i, t.path, path_line(p.path))) AS includes,
       to_json(ARRAY(SELECT json_build_object('pool', l.pool, 'tenant_id', (
                       SELECT q.tenant_id FROM quota q
                        WHERE q.pool = l.pool AND q.tenant_path = ANY (path_line(p.path))
                          AND q.tenant_path >= current_setting('bailiwick.low')
                        ORDER BY q.tenant_path DESC LIMIT 1))
                       FROM quota_tenant_lacks(t.path, t.parent_path, p.path) AS l (pool))) AS quotas
  FROM tenant t, tenant p
 WHERE t.id = $1 AND p.id = $2
