-- Which database this is, and where its policy stands. The timeline is that of what is being written: the one in the
-- control file lags behind a promotion.
-- role: policy
-- params: none
-- row: epoch uuid, system bigint, timeline bigint, oldest bigint, newest bigint
SELECT i.policy_epoch AS epoch, c.system_identifier AS system,
       ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint AS timeline,
       coalesce((SELECT min(revision) FROM policy_event), 0) AS oldest,
       coalesce((SELECT max(revision) FROM policy_event), 0) AS newest
  FROM installation i, pg_control_system() c
