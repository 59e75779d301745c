-- How many events of each kind came behind a revision, as far as anybody counts.
-- role: policy
-- params: $1 revision bigint, $2 most bigint
-- row: kind text, events bigint
SELECT kind, count(*) AS events
  FROM (SELECT kind FROM policy_event WHERE revision > $1 ORDER BY revision LIMIT $2) e
 GROUP BY kind
