-- The principals that events behind a revision speak of, as they are now.
-- role: policy
-- params: $1 revision bigint
-- row: id uuid, known boolean, home uuid, kind text, state text, epoch integer
SELECT e.object AS id, x.id IS NOT NULL AS known, x.tenant_id AS home, x.kind, x.state, x.epoch
  FROM (SELECT DISTINCT object FROM policy_event WHERE kind = 'principal' AND revision > $1) e
  LEFT JOIN principal x ON x.id = e.object
