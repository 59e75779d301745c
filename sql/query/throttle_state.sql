-- How a user signs in, and what failed attempts have put on their account.
-- role: auth
-- params: $1 principal uuid, $2 account bytea, $3 account_most integer, $4 now timestamptz
-- row: body json
SELECT json_build_object(
         'user_id', p.id,
         'password', CASE WHEN c.principal_id IS NULL THEN 'none' WHEN c.chosen THEN 'chosen' ELSE 'loaded' END,
         'password_set_at', rfc3339(c.changed_at),
         'last_sign_in_at', rfc3339(c.signed_in_at),
         'authenticators', f.good, 'authenticators_disabled', f.disabled,
         'recovery_codes', coalesce((SELECT cardinality(r.hashes) FROM vault.recovery r WHERE r.principal_id = p.id), 0),
         'failed_attempts', coalesce(t.failures, 0),
         'strangers_wait_until', rfc3339(t.until),
         'unlocked_at', rfc3339(p.unlocked_at)) AS body
  FROM principal p
  LEFT JOIN vault.credential c ON c.principal_id = p.id AND c.tenant_path = p.tenant_path
  LEFT JOIN LATERAL (
    SELECT CASE WHEN t.since > $4::timestamptz - interval '15 minutes' THEN t.failures ELSE 0 END AS failures,
           CASE WHEN t.streak >= 80 THEN $4::timestamptz + interval '1 hour'
                WHEN t.since > $4::timestamptz - interval '15 minutes' AND t.failures >= $3 THEN t.since + interval '15 minutes'
           END AS until
      FROM vault.throttle t
     WHERE t.subject = $2 AND (p.unlocked_at IS NULL OR t.since > p.unlocked_at OR t.streak >= 100)) t ON true
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE o.failures < factor_failures()) AS good,
           count(*) FILTER (WHERE o.failures >= factor_failures()) AS disabled
      FROM vault.totp o WHERE o.principal_id = p.id AND o.confirmed_at IS NOT NULL) f
 WHERE p.id = $1 AND p.kind = 'user'
