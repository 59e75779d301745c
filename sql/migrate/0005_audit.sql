-- Who did what to what, and what was refused; and the replies kept for repeated requests.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- Outside the cascade: an event keeps the path of its time.
CREATE TABLE audit_event (
  id              uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  at              timestamptz NOT NULL,
  actor_kind      text NOT NULL COLLATE "C"
                  CONSTRAINT audit_actor_kind CHECK (actor_kind IN ('user', 'client', 'operator', 'system', 'anonymous')),
  actor_id        uuid,
  actor_tenant_id uuid,
  actor_path      text COLLATE "C",
  -- What those below the actor are told instead: "partner operator" and a name that means nothing elsewhere.
  actor_title     text,
  actor_pseudonym text COLLATE "C",
  action          text NOT NULL COLLATE "C",
  outcome         text NOT NULL COLLATE "C" CONSTRAINT audit_outcome CHECK (outcome IN ('done', 'refused', 'failed')),
  reason          text COLLATE "C",
  object_kind     text COLLATE "C",
  object_id       uuid,
  before          json,
  after           json,
  -- The paths of what members of these two name: whoever does not see the path is not told the member.
  named           json,
  address         text COLLATE "C",
  request_id      text COLLATE "C",
  -- Equal refusals of one minute are one event.
  count           integer NOT NULL DEFAULT 1,
  PRIMARY KEY (id, tenant_path)
);
CREATE INDEX audit_event_tenant ON audit_event (tenant_id, id, tenant_path);

-- The members of `subject` in which it differs from `other`; null where there are none.
CREATE FUNCTION audit_difference(subject json, other json) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT json_object_agg(m.key, m.value) FROM json_each(subject) m
           WHERE m.key <> 'updated_at' AND m.value::text IS DISTINCT FROM (other -> m.key)::text);

CREATE FUNCTION audit_members(members json, named json, low text) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN named IS NULL THEN members ELSE (
    SELECT json_object_agg(m.key, CASE WHEN (named ->> m.key) COLLATE "C" < low THEN 'null' ELSE m.value END)
      FROM json_each(members) m) END;

CREATE FUNCTION audit_view(e audit_event, low text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN json_build_object(
    'id', e.id, 'tenant_id', e.tenant_id, 'at', rfc3339(e.at),
    'actor', CASE WHEN e.actor_path IS NULL OR e.actor_path >= low
               THEN json_build_object('kind', e.actor_kind, 'id', e.actor_id, 'tenant_id', e.actor_tenant_id)
               ELSE json_build_object('kind', e.actor_title, 'pseudonym', e.actor_pseudonym) END,
    'action', e.action, 'outcome', e.outcome, 'reason', e.reason, 'object_kind', e.object_kind, 'object_id', e.object_id,
    'before', audit_members(e.before, e.named, low), 'after', audit_members(e.after, e.named, low),
    'address', CASE WHEN e.actor_path IS NULL OR e.actor_path >= low THEN e.address END,
    'request_id', e.request_id, 'count', e.count);

SELECT wall_build('audit_event', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON audit_event FOR INSERT TO bailiwick_auth WITH CHECK (true);
CREATE POLICY audit ON audit_event FOR SELECT TO bailiwick_auditor USING (true);
GRANT SELECT, INSERT ON audit_event TO bailiwick_app;
GRANT INSERT ON audit_event TO bailiwick_auth;
GRANT SELECT ON audit_event TO bailiwick_auditor;

-- What a request with an Idempotency-Key was answered, under the root it ran under.
CREATE TABLE idempotency (
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  principal_id    uuid NOT NULL,
  key             text NOT NULL COLLATE "C",
  request_digest  bytea NOT NULL,
  status          integer,
  body            text,
  location        text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal_id, key, tenant_path),
  CONSTRAINT idempotency_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX idempotency_tenant ON idempotency (tenant_id);
CREATE INDEX idempotency_age ON idempotency (created_at);
SELECT wall_build('idempotency', 'tenant_path', 'tenant_boundary');
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO bailiwick_app;
