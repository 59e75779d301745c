-- Suspends a user and ends their sessions; a suspended one stays as they are.
-- role: app
-- params: $1 id uuid
-- row: id uuid, path text, body json, version bigint
UPDATE principal p
   SET state = 'suspended', state_before = CASE p.state WHEN 'suspended' THEN p.state_before ELSE p.state END,
       epoch = p.epoch + CASE p.state WHEN 'suspended' THEN 0 ELSE 1 END
 WHERE p.id = $1 AND p.kind = 'user'
RETURNING p.id, p.tenant_path AS path, user_view(p) AS body, p.version
