-- A user's second factors, without what they prove them by.
-- role: auth
-- params: $1 principal uuid
-- row: body json
SELECT json_build_object(
         'authenticators', coalesce((SELECT json_agg(totp_view(t) ORDER BY t.confirmed_at, t.id)
                              FROM vault.totp t WHERE t.principal_id = $1 AND t.confirmed_at IS NOT NULL), '[]'),
         'recovery_codes', (SELECT recovery_view(r) FROM vault.recovery r WHERE r.principal_id = $1)) AS body
