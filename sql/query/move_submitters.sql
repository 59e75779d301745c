-- The same of who opened import jobs there.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 new_low text, $4 meeting text, $5 parent_path text
-- row: none
UPDATE import_job j
   SET submitter_path = CASE WHEN j.submitter_path >= $1 AND j.submitter_path < $1 || '0'
                             THEN $3 || substr(j.submitter_path, length($1) + 1) ELSE $4 END
 WHERE j.tenant_path >= $1 AND j.tenant_path < $2
   AND j.submitter_path >= $4 || '/' AND j.submitter_path < $4 || '0' AND j.submitter_path <> ALL (path_line($5))
