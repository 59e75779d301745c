"""What the database holds, as one digest a table, over one kept connection that no wall stops.

Left out, and why:
- vault.throttle: counts every attempt, which is its purpose; it holds HMACs and times, nothing of a tenant.
- audit_event with outcome 'refused': every refusal writes one, into the home of who was refused (test_traces.py holds that).
- audit_event of signing in (login, refreshToken, issueClientToken) and session, vault.refresh are kept in: a refused
  request signs nobody in.
Nothing else changes when a request is refused, policy events and kept replies (idempotency) included.
"""
LEFT_OUT = {"vault.throttle"}
CONDITIONS = {"bailiwick.audit_event": "outcome <> 'refused'"}

TABLES = """
SELECT n.nspname || '.' || c.relname, format('%I.%I', n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('bailiwick', 'vault') AND c.relkind IN ('r', 'p') ORDER BY 1"""


class Digest:
    """One kept connection, so that comparing costs no start-up; as a superuser, whom no policy binds."""

    def __init__(self, cluster):
        self.connection = cluster.connect("postgres", autocommit=True)

    def tables(self):
        return [row for row in self.connection.execute(TABLES).fetchall() if row[0] not in LEFT_OUT]

    def take(self, conditions=CONDITIONS, without=()):
        """table -> (rows, digest of what they say, the columns in `without` left out)"""
        return {name: self.connection.execute(
            f"SELECT count(*), md5(string_agg(row, E'\\n' ORDER BY row)) FROM (SELECT (to_jsonb(t) - %s::text[])::text "
            f"COLLATE \"C\" AS row FROM {table} t WHERE {conditions.get(name, 'true')}) rows",
            [list(without)]).fetchone() for name, table in self.tables()}

    def close(self):
        self.connection.close()


def changed(before, after):
    """The tables in which the two differ."""
    return [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
