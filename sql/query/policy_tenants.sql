-- A page of tenants, by id: a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, known boolean, parent uuid, label text, kind text, state text, boundary boolean, second_factor text, factor_age text
SELECT x.id, true AS known, x.parent_id AS parent, x.label, x.kind,
       CASE WHEN x.terminated_at IS NULL THEN coalesce(x.suspended_reach, x.state) ELSE 'terminated' END AS state,
       x.is_boundary AS boundary, f.value #>> '{}' AS second_factor, a.value #>> '{}' AS factor_age
  FROM tenant x
  LEFT JOIN tenant_setting f ON f.tenant_id = x.id AND f.section = 'security' AND f.name = 'second_factor'
  LEFT JOIN tenant_setting a ON a.tenant_id = x.id AND a.section = 'security' AND a.name = 'factor_age'
 WHERE x.id > $1 ORDER BY x.id LIMIT $2
