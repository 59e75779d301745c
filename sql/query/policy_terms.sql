-- A page of what tenants ask of the sessions of each portal and from where they take them, and of where clients may be, by the
-- tenant's or the client's id: a load of the whole.
-- role: policy
-- params: $1 behind uuid, $2 most bigint
-- row: id uuid, known boolean, service_second_factor text, service_factor_age text, partner_second_factor text,
--      partner_factor_age text, analytics_second_factor text, analytics_factor_age text, networks text
SELECT x.*
  FROM (SELECT s.tenant_id AS id, true AS known,
               max(s.value #>> '{}') FILTER (WHERE s.name = 'service_second_factor') AS service_second_factor,
               max(s.value #>> '{}') FILTER (WHERE s.name = 'service_factor_age') AS service_factor_age,
               max(s.value #>> '{}') FILTER (WHERE s.name = 'partner_second_factor') AS partner_second_factor,
               max(s.value #>> '{}') FILTER (WHERE s.name = 'partner_factor_age') AS partner_factor_age,
               max(s.value #>> '{}') FILTER (WHERE s.name = 'analytics_second_factor') AS analytics_second_factor,
               max(s.value #>> '{}') FILTER (WHERE s.name = 'analytics_factor_age') AS analytics_factor_age,
               max(setting_text(s.value)) FILTER (WHERE s.name = 'networks') AS networks
          FROM tenant_setting s
         WHERE s.section = 'security'
           AND s.name IN ('service_second_factor', 'service_factor_age', 'partner_second_factor',
                          'partner_factor_age', 'analytics_second_factor', 'analytics_factor_age', 'networks')
         GROUP BY s.tenant_id
        UNION ALL
        SELECT p.id, true, NULL, NULL, NULL, NULL, NULL, NULL, array_to_string(p.networks, E'\n')
          FROM principal p WHERE p.networks IS NOT NULL) x
 WHERE x.id > $1 ORDER BY x.id LIMIT $2
