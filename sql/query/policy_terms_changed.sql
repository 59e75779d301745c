-- What the tenants and clients that events behind a revision speak of ask of sessions, as it is now.
-- role: policy
-- params: $1 revision bigint
-- row: id uuid, known boolean, service_second_factor text, service_factor_age text, partner_second_factor text,
--      partner_factor_age text, analytics_second_factor text, analytics_factor_age text, networks text
SELECT e.object AS id, count(s.tenant_id) > 0 OR max(p.id::text) IS NOT NULL AS known,
       max(s.value #>> '{}') FILTER (WHERE s.name = 'service_second_factor') AS service_second_factor,
       max(s.value #>> '{}') FILTER (WHERE s.name = 'service_factor_age') AS service_factor_age,
       max(s.value #>> '{}') FILTER (WHERE s.name = 'partner_second_factor') AS partner_second_factor,
       max(s.value #>> '{}') FILTER (WHERE s.name = 'partner_factor_age') AS partner_factor_age,
       max(s.value #>> '{}') FILTER (WHERE s.name = 'analytics_second_factor') AS analytics_second_factor,
       max(s.value #>> '{}') FILTER (WHERE s.name = 'analytics_factor_age') AS analytics_factor_age,
       coalesce(max(setting_text(s.value)) FILTER (WHERE s.name = 'networks'),
                max(array_to_string(p.networks, E'\n'))) AS networks
  FROM (SELECT DISTINCT object FROM policy_event WHERE kind = 'terms' AND revision > $1) e
  LEFT JOIN tenant_setting s ON s.tenant_id = e.object AND s.section = 'security'
        AND s.name IN ('service_second_factor', 'service_factor_age', 'partner_second_factor',
                       'partner_factor_age', 'analytics_second_factor', 'analytics_factor_age', 'networks')
  LEFT JOIN principal p ON p.id = e.object AND p.networks IS NOT NULL
 GROUP BY e.object
