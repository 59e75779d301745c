-- Counts an attempt before it is looked at.
-- role: auth
-- params: $1 subject bytea, $2 now timestamptz, $3 window_start timestamptz
-- row: failures integer, since timestamptz, streak integer
INSERT INTO vault.throttle AS t (subject, failures, since, streak, expires_at) VALUES ($1, 1, $2::timestamptz, 1, $2::timestamptz + interval '30 days')
ON CONFLICT (subject) DO UPDATE
  SET failures = CASE WHEN t.since <= $3 THEN 1 ELSE least(t.failures, 1000000) + 1 END,
      since = CASE WHEN t.since <= $3 THEN $2 ELSE t.since END,
      streak = least(t.streak, 1000000) + 1, expires_at = EXCLUDED.expires_at
RETURNING failures, since, streak
