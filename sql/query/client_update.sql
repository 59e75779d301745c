-- Changes what a client says, whether it is active and where it may come from: what is null stays as it is. Whoever stops being
-- active, or may come from elsewhere than before, loses their sessions.
-- role: app
-- params: $1 id uuid, $2 display_name text, $3 name_key text, $4 external_id_given boolean, $5 external_id text, $6
--         state text, $7 networks cidr[]
-- row: id uuid, path text, body json, version bigint
UPDATE principal p
   SET display_name = coalesce($2, p.display_name), name_key = coalesce($3, p.name_key),
       external_id = CASE WHEN $4 THEN $5 ELSE p.external_id END,
       state = coalesce($6, p.state), state_before = CASE coalesce($6, p.state) WHEN 'suspended' THEN 'active' END,
       networks = CASE WHEN $7::cidr[] IS NULL THEN p.networks ELSE nullif($7::cidr[], '{}') END,
       epoch = p.epoch + CASE WHEN ($6 = 'suspended' AND p.state <> 'suspended')
                               OR ($7::cidr[] IS NOT NULL AND nullif($7::cidr[], '{}') IS DISTINCT FROM p.networks) THEN 1 ELSE 0 END
 WHERE p.id = $1 AND p.kind = 'client'
RETURNING p.id, p.tenant_path AS path, client_view(p) AS body, p.version
