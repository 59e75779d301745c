-- Of users that are wanted, those that are there by their tenant and external_id, and whether they are as they are wanted: what
-- is null is not compared. Who is over is never as they are wanted, and not there once their names have rested. Each is looked up
-- by itself, and the kind is asked for, so that no index of users alone serves: while a table grows its statistics say that few
-- are there, and all of them would be read.
-- role: app
-- plan: custom
-- params: $1 tenants uuid[], $2 external_ids text[], $3 logins text[], $4 display_names text[], $5 emails_given boolean[], $6
--         emails text[], $7 dialling_addresses text[]
-- row: number bigint, id uuid, same boolean
SELECT w.number, p.id,
       p.state <> 'terminated' AND p.login = w.login AND (w.display_name IS NULL OR p.display_name = w.display_name)
         AND (NOT w.email_given OR p.email IS NOT DISTINCT FROM w.email)
         AND (w.dialling IS NULL OR p.dialling_addresses = w.dialling::text[]) AS same
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[]) WITH ORDINALITY
    AS w (tenant, external_id, login, display_name, email_given, email, dialling, number)
 CROSS JOIN LATERAL (SELECT * FROM principal x
                      WHERE x.tenant_id = w.tenant AND x.kind = (SELECT 'user') AND x.external_id = w.external_id
                        AND (x.names_until IS NULL OR x.names_until > now())
                      LIMIT 1) p
