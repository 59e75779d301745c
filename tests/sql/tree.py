"""Tenants and rows of every kind for tests of the walls, put in by SQL alone."""
import secrets
from dataclasses import dataclass

# Every tenant-owned table: its row at a tenant $t. `path` and `boundary` are the tenant's.
ROWS = {
    "bailiwick.principal": """INSERT INTO principal (id, tenant_id, tenant_path, tenant_boundary, kind, state, login, login_key,
        display_name, name_key) SELECT gen_random_uuid(), t.id, t.path, t.boundary, 'user', 'active', t.label, t.label, 'U', 'u'""",
    "bailiwick.role": """INSERT INTO role (id, tenant_id, tenant_path, tenant_boundary, name, permissions)
        SELECT gen_random_uuid(), t.id, t.path, t.boundary, t.label, '{tenant:read}'""",
    "bailiwick.grant": """INSERT INTO "grant" (id, tenant_id, tenant_path, tenant_boundary, principal_id, principal_path,
        role_id, role_path, reach) SELECT gen_random_uuid(), t.id, t.path, t.boundary, p.id, p.tenant_path, r.id, r.tenant_path,
        'subtree'""",
    "bailiwick.role_include": """INSERT INTO role_include (tenant_id, tenant_path, tenant_boundary, role_id, included_id, included_path)
        SELECT t.id, t.path, t.boundary, r.id, r.id, r.tenant_path""",
    "bailiwick.membership": """INSERT INTO membership (id, tenant_id, tenant_path, tenant_boundary, group_id, member_id)
        SELECT gen_random_uuid(), t.id, t.path, t.boundary, p.id, p.id""",
    "bailiwick.audit_event": """INSERT INTO audit_event (id, tenant_id, tenant_path, tenant_boundary, at, actor_kind, action,
        outcome) SELECT gen_random_uuid(), t.id, t.path, t.boundary, now(), 'system', 'test', 'done'""",
    "bailiwick.idempotency": """INSERT INTO idempotency (tenant_id, tenant_path, tenant_boundary, principal_id, key,
        request_digest) SELECT t.id, t.path, t.boundary, p.id, t.label, ''""",
    "bailiwick.tenant_setting": """INSERT INTO tenant_setting (tenant_id, tenant_path, tenant_boundary, section, name, value)
        SELECT t.id, t.path, t.boundary, 'security', 'password_history', '3'""",
    "bailiwick.quota": """INSERT INTO quota (tenant_id, tenant_path, tenant_boundary, pool, allotted)
        SELECT t.id, t.path, t.boundary, 'of_' || t.label, 5""",
    "bailiwick.tenant_former": """INSERT INTO tenant_former (tenant_id, tenant_path, tenant_boundary, former)
        SELECT t.id, t.path, t.boundary, '/former'""",
    "vault.credential": """INSERT INTO vault.credential (principal_id, tenant_id, tenant_path, tenant_boundary, password_hash)
        SELECT p.id, t.id, t.path, t.boundary, '-'""",
    "vault.password_history": """INSERT INTO vault.password_history (principal_id, tenant_id, tenant_path, tenant_boundary,
        password_hash) SELECT p.id, t.id, t.path, t.boundary, '-'""",
    "bailiwick.client_proof": """INSERT INTO client_proof (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, name)
        SELECT gen_random_uuid(), p.id, t.id, t.path, t.boundary, 'secret', ''""",
    "vault.client_secret": """INSERT INTO vault.client_secret (id, principal_id, tenant_id, tenant_path, tenant_boundary, digest)
        SELECT c.id, p.id, t.id, t.path, t.boundary, uuid_send(t.id)""",
    "vault.invitation": """INSERT INTO vault.invitation (id, principal_id, tenant_id, tenant_path, tenant_boundary, digest,
        expires_at) SELECT gen_random_uuid(), p.id, t.id, t.path, t.boundary, uuid_send(t.id), now()""",
    "vault.outbox": """INSERT INTO vault.outbox (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, recipient,
        happened_at, expires_at) SELECT gen_random_uuid(), p.id, t.id, t.path, t.boundary, 'reset', 'a@example.org', now(), now()""",
    "bailiwick.second_factor": """INSERT INTO second_factor (principal_id, tenant_id, tenant_path, tenant_boundary)
        SELECT p.id, t.id, t.path, t.boundary""",
    "bailiwick.account_reset": """INSERT INTO account_reset (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind,
        actor_id) SELECT gen_random_uuid(), p.id, t.id, t.path, t.boundary, 'factor', p.id""",
    "vault.recovery": """INSERT INTO vault.recovery (id, principal_id, tenant_id, tenant_path, tenant_boundary, hashes)
        SELECT gen_random_uuid(), p.id, t.id, t.path, t.boundary, '{}'""",
    "vault.totp": """INSERT INTO vault.totp (id, principal_id, tenant_id, tenant_path, tenant_boundary, sealed_seed)
        SELECT gen_random_uuid(), p.id, t.id, t.path, t.boundary, ''""",
    "bailiwick.session": """INSERT INTO session (id, principal_id, tenant_id, tenant_path, tenant_boundary, epoch, strength,
        audience, expires_at, proof_id) SELECT gen_random_uuid(), p.id, t.id, t.path, t.boundary, 1, 1, 'service', now(), c.id""",
    "vault.known": """INSERT INTO vault.known (principal_id, tenant_id, tenant_path, tenant_boundary, kind, digest, seen_at, expires_at)
        SELECT p.id, t.id, t.path, t.boundary, 'place', uuid_send(t.id), now(), now()""",
    "bailiwick.import_job": """INSERT INTO import_job (id, tenant_id, tenant_path, tenant_boundary, submitter_id, submitter_kind,
        submitter_home, submitter_path, submitter_weak, kind, format, mode, on_error, dry_run) SELECT gen_random_uuid(), t.id, t.path,
        t.boundary, p.id, 'user', t.id, t.path, false, 'mixed', 'ndjson', 'upsert', 'continue', false""",
    "bailiwick.import_part": """INSERT INTO import_part (job_id, tenant_id, tenant_path, tenant_boundary, begins, ends, sealed)
        SELECT j.id, t.id, t.path, t.boundary, 0, 1, ''""",
    "bailiwick.import_result": """INSERT INTO import_result (job_id, tenant_id, tenant_path, tenant_boundary, place, number, refused, lines)
        SELECT j.id, t.id, t.path, t.boundary, 0, 1, false, ''""",
    "bailiwick.import_seen": """INSERT INTO import_seen (job_id, tenant_id, tenant_path, tenant_boundary, object_id, kind)
        SELECT j.id, t.id, t.path, t.boundary, gen_random_uuid(), 'user'""",
    "bailiwick.import_removal": """INSERT INTO import_removal (job_id, tenant_id, tenant_path, tenant_boundary, number, kind, object_id,
        place_id) SELECT j.id, t.id, t.path, t.boundary, 1, 'user', p.id, t.id""",
    "bailiwick.import_draft": """INSERT INTO import_draft (job_id, tenant_id, tenant_path, tenant_boundary, key, number, place)
        SELECT j.id, t.id, t.path, t.boundary, '00000000-0000-0000-0000-000000000001', 1, 0""",
    "bailiwick.import_waiting": """INSERT INTO import_waiting (job_id, tenant_id, tenant_path, tenant_boundary, line, place)
        SELECT j.id, t.id, t.path, t.boundary, 1, 0""",
    "vault.refresh": """INSERT INTO vault.refresh (digest, session_id, tenant_id, tenant_path, tenant_boundary, expires_at)
        SELECT uuid_send(s.id), s.id, t.id, t.path, t.boundary, now()""",
}
FROM = """ FROM tenant t LEFT JOIN principal p ON p.tenant_id = t.id LEFT JOIN role r ON r.tenant_id = t.id
           LEFT JOIN client_proof c ON c.tenant_id = t.id LEFT JOIN session s ON s.tenant_id = t.id
           LEFT JOIN import_job j ON j.tenant_id = t.id WHERE t.id = %s"""


@dataclass
class Tenant:
    """As it was when it was put in."""
    id: str
    path: str
    boundary: str
    label: str


def root(connection):
    return Tenant(*connection.execute("SELECT id, path, boundary, label FROM tenant WHERE kind = 'provider'").fetchone())


def tenant(connection, parent, kind="partner", is_boundary=False):
    """A new tenant below `parent`."""
    label = "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(8))
    row = connection.execute(
        """INSERT INTO tenant (id, label, parent_id, parent_path, parent_boundary, is_boundary, kind, code, name, name_key)
           SELECT gen_random_uuid(), %s, p.id, p.path, p.boundary, %s, %s, %s, 'T', 't' FROM tenant p WHERE p.id = %s
           RETURNING id, path, boundary, label""", [label, is_boundary, kind, secrets.token_hex(8), parent.id]).fetchone()
    return Tenant(*row)


def filled(connection, parent, kind="partner", is_boundary=False):
    """A new tenant with a row in every table."""
    made = tenant(connection, parent, kind, is_boundary)
    for text in ROWS.values():
        connection.execute(text + FROM, [made.id])
    return made


MOVE = """UPDATE tenant t SET parent_id = p.id, parent_path = p.path, parent_boundary = p.boundary
            FROM tenant p WHERE t.id = %s AND p.id = %s"""


def move(connection, moved, parent):
    """The one statement that a move is; gives how many rows it touched itself."""
    return connection.execute(MOVE, [moved.id, parent.id]).rowcount


def owned(connection):
    """Every tenant-owned table by the catalog: name -> the column that holds the path."""
    rows = connection.execute(
        """SELECT n.nspname || '.' || c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('path', 'tenant_path') AND NOT a.attisdropped
            WHERE n.nspname IN ('bailiwick', 'vault') AND c.relkind = 'r' ORDER BY 1""")
    return dict(rows.fetchall())


def quoted(table):
    return ".".join(f'"{part}"' for part in table.split("."))


def at(connection, table, path, column="tenant_path"):
    """How many rows of a table stand at a path."""
    return connection.execute(f"SELECT count(*) FROM {quoted(table)} WHERE {column} = %s", [path]).fetchone()[0]


def scope(connection, path, ancestors=(), consents=(), self_only=False):
    """Sets the scope of a subtree, as the service does."""
    connection.execute("SELECT set_config('bailiwick.low', %s, true), set_config('bailiwick.high', %s, true), "
                       "set_config('bailiwick.ancestors', %s::text[]::text, true), "
                       "set_config('bailiwick.consents', %s::text[]::text, true)",
                       [path, path + ("/" if self_only else "0"), list(ancestors), list(consents)])
