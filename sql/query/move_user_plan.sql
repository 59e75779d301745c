-- A user who is to go to another tenant: where they are at home, what goes along, and what is in the way.
-- role: app
-- plan: custom
-- params: $1 user uuid, $2 tenant uuid
-- row: path text, parent_id uuid, parent_path text, new_path text, deepest bigint, fits boolean, clashes json, external_id text,
--      rows json, memberships bigint, includes bigint, quotas json
SELECT p.tenant_path AS path, p.tenant_id AS parent_id, p.tenant_path AS parent_path, t.path AS new_path, 0::bigint AS deepest,
       p.state <> 'terminated' AS fits,
       to_json(ARRAY(SELECT n.name
                       FROM (VALUES ('login', p.login_key, NULL), ('external_id', NULL, p.external_id)) AS n (name, login_key, external_id)
                      WHERE EXISTS (SELECT FROM principal o
                                     WHERE o.tenant_id = t.id AND o.kind = 'user' AND o.id <> p.id
                                       AND (o.names_until IS NULL OR o.names_until > now())
                                       AND (o.login_key = n.login_key OR o.external_id = n.external_id)))) AS clashes,
       p.external_id,
       json_build_object(
         'users', 1,
         'grants', (SELECT count(*) FROM "grant" g WHERE g.principal_id = p.id),
         'sessions', (SELECT count(*) FROM session s
                       WHERE s.principal_id = p.id AND s.tenant_path = p.tenant_path AND s.ended_at IS NULL)) AS rows,
       (SELECT count(*) FROM membership m WHERE m.member_id = p.id) AS memberships, 0::bigint AS includes,
       to_json(ARRAY(SELECT json_build_object('pool', 'users', 'tenant_id', (
                       SELECT q.tenant_id FROM quota q
                        WHERE q.pool = 'users' AND q.tenant_path = ANY (path_line(t.path))
                          AND q.tenant_path >= current_setting('bailiwick.low')
                        ORDER BY q.tenant_path DESC LIMIT 1))
                      WHERE quota_lacks('users', p.tenant_path, t.path, 1, 0))) AS quotas
  FROM principal p, tenant t
 WHERE p.id = $1 AND p.kind = 'user' AND t.id = $2
