-- Puts users into tenants, invited, each with its event; whoever is there already, by login or external_id, is left out.
-- role: app
-- plan: custom
-- params: $1 ids uuid[], $2 tenants uuid[], $3 logins text[], $4 login_keys text[], $5 display_names text[], $6 name_keys
--         text[], $7 emails text[], $8 email_keys text[], $9 external_ids text[], $10 dialling_addresses text[], $11 events
--         uuid[], $12 pseudonyms text[], $13 at timestamptz, $14 actor_kind text, $15 actor uuid, $16 actor_tenant uuid, $17
--         actor_path text, $18 actor_title text, $19 action text, $20 address text, $21 request_id text
-- row: number bigint
WITH wanted AS (
  SELECT *
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::text[], $11::uuid[], $12::text[]) WITH ORDINALITY
      AS w (id, tenant, login, login_key, display_name, name_key, email, email_key, external_id, dialling, event, pseudonym, number)
), made AS (
  INSERT INTO principal AS p (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key, display_name,
                              name_key, email, email_key, external_id, dialling_addresses)
  SELECT w.id, t.id, t.path, t.boundary, 'user', 'invited', w.login, w.login_key, w.display_name, w.name_key, w.email,
         w.email_key, w.external_id, w.dialling::text[]
    FROM wanted w JOIN tenant t ON t.id = w.tenant
      ON CONFLICT DO NOTHING
  RETURNING p.id, p.tenant_id, p.tenant_path, p.tenant_boundary, user_made(p) AS after
), told AS (
  INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, actor_id, actor_tenant_id,
                           actor_path, actor_title, actor_pseudonym, action, outcome, object_kind, object_id, after, address,
                           request_id)
  SELECT w.event, m.tenant_id, m.tenant_path, m.tenant_boundary, $13, $14, $15, $16, $17, $18, w.pseudonym, $19, 'done',
         'user', m.id, m.after, $20, $21
    FROM made m JOIN wanted w ON w.id = m.id
)
SELECT w.number FROM made m JOIN wanted w ON w.id = m.id
