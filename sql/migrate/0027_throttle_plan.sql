-- The wait of a full counter, planned once a connection: written in SQL, it was parsed and planned twice in each login.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE OR REPLACE FUNCTION vault.throttle_wait(subjects bytea[], mosts integer[], streaks integer[], share bytea, account bytea,
                                               opened timestamptz, taken integer) RETURNS integer
LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  RETURN (
    SELECT max(CASE WHEN t.streak - taken >= r.streak THEN 3600
                    ELSE greatest(ceil(extract(epoch FROM t.since - opened)), 1) END)::integer
      FROM unnest(subjects, mosts, streaks) AS r (subject, most, streak)
      JOIN vault.throttle t ON t.subject = r.subject
      LEFT JOIN vault.throttle a ON r.subject = share AND a.subject = account AND a.since > opened
     WHERE t.streak - taken >= r.streak
        OR (t.since > opened
            AND t.failures - taken >= CASE WHEN r.subject = share
                                           THEN (r.most + 1 - greatest(coalesce(a.failures, 0) - t.failures, 0)) / 2
                                           ELSE r.most END));
END
$$;
