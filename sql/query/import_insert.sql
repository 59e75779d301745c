-- Opens an import job at a tenant.
-- role: app
-- params: $1 id uuid, $2 tenant uuid, $3 submitter uuid, $4 submitter_kind text, $5 submitter_home uuid, $6 submitter_path
--         text, $7 submitter_weak boolean, $8 kind text, $9 format text, $10 mode text, $11 on_error text, $12 dry_run boolean, $13
--         removals_most bigint, $14 invitations text, $15 mail_pace bigint
-- row: id uuid, path text, body json, version bigint, named json
INSERT INTO import_job AS j (id, tenant_id, tenant_path, tenant_boundary, submitter_id, submitter_kind, submitter_home,
                             submitter_path, submitter_weak, kind, format, mode, on_error, dry_run,
                             removals_most, invitations, mail_pace)
SELECT $1, t.id, t.path, t.boundary, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
  FROM tenant t
 WHERE t.id = $2
RETURNING j.id, j.tenant_path AS path, import_view(j, current_setting('bailiwick.low')) AS body, 0::bigint AS version,
          json_build_object('submitter_id', j.submitter_path) AS named
