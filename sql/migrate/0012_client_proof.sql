-- By what a client proves who it is: several secrets at once, so that one can follow another without a gap. Of a secret this
-- says all but what it is; that stays in the vault.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

CREATE TABLE client_proof (
  id              uuid NOT NULL,
  principal_id    uuid NOT NULL,
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C",
  tenant_boundary text NOT NULL COLLATE "C",
  kind            text NOT NULL COLLATE "C" CONSTRAINT client_proof_kind CHECK (kind IN ('secret', 'key')),
  name            text NOT NULL,
  -- Of a key alone: its name in a token's header, the one algorithm it verifies, and itself in PEM.
  kid             text COLLATE "C",
  algorithm       text COLLATE "C" CONSTRAINT client_proof_algorithm CHECK (algorithm IN ('ES256', 'RS256')),
  public_key      text COLLATE "C",
  expires_at      timestamptz,
  -- To the minute: who signs in more often does not write more often.
  last_used_at    timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, tenant_path),
  CONSTRAINT client_proof_kid_key UNIQUE (principal_id, kid),
  CONSTRAINT client_proof_key CHECK (num_nulls(kid, algorithm, public_key) = CASE kind WHEN 'key' THEN 0 ELSE 3 END),
  CONSTRAINT client_proof_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE,
  CONSTRAINT client_proof_principal_fkey FOREIGN KEY (principal_id, tenant_path)
    REFERENCES principal (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX client_proof_tenant ON client_proof (tenant_id);
CREATE INDEX client_proof_place ON client_proof (principal_id, tenant_path, id);

CREATE FUNCTION client_proof_view(c client_proof) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE c.kind
    WHEN 'secret' THEN json_build_object(
      'id', c.id, 'client_id', c.principal_id, 'name', c.name, 'expires_at', rfc3339(c.expires_at),
      'last_used_at', rfc3339(c.last_used_at), 'created_at', rfc3339(c.created_at))
    ELSE json_build_object(
      'id', c.id, 'client_id', c.principal_id, 'name', c.name, 'kid', c.kid, 'algorithm', c.algorithm, 'pem', c.public_key,
      'expires_at', rfc3339(c.expires_at), 'last_used_at', rfc3339(c.last_used_at), 'created_at', rfc3339(c.created_at))
    END;

SELECT wall_build('client_proof', 'tenant_path', 'tenant_boundary');
CREATE POLICY sign_in ON client_proof FOR ALL TO bailiwick_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON client_proof TO bailiwick_app;
GRANT SELECT, DELETE, UPDATE (last_used_at) ON client_proof TO bailiwick_auth;

-- The secrets there are. No wall binds this role.
SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  had bigint := (SELECT count(*) FROM vault.client_secret);
  made bigint;
BEGIN
  INSERT INTO bailiwick.client_proof (id, principal_id, tenant_id, tenant_path, tenant_boundary, kind, name, created_at)
  SELECT id, principal_id, tenant_id, tenant_path, tenant_boundary, 'secret', 'first', created_at FROM vault.client_secret;
  GET DIAGNOSTICS made = ROW_COUNT;
  IF made <> had THEN
    RAISE EXCEPTION '% secrets became % proofs', had, made;
  END IF;
END
$$;
-- Rows put in wait with their checks for the end of the transaction, and their table cannot be altered before.
SET CONSTRAINTS ALL IMMEDIATE;

SET LOCAL ROLE bailiwick_owner;
ALTER TABLE vault.client_secret ADD CONSTRAINT client_secret_proof_fkey FOREIGN KEY (id, tenant_path)
  REFERENCES client_proof (id, tenant_path) MATCH FULL ON UPDATE CASCADE ON DELETE CASCADE;
-- A secret is looked for by its digest: nothing is compared byte by byte.
CREATE UNIQUE INDEX client_secret_digest ON vault.client_secret (digest);

-- A client's session is over with the proof by which it began. Without one a session is nobody's but its principal's: the key
-- is then not looked at, and it cannot hide a wrong path, for that is never NULL.
ALTER TABLE vault.session ADD COLUMN proof_id uuid;
ALTER TABLE vault.session ADD CONSTRAINT session_proof_fkey FOREIGN KEY (proof_id, tenant_path)
  REFERENCES client_proof (id, tenant_path) ON UPDATE CASCADE ON DELETE SET NULL (proof_id);
CREATE INDEX session_proof ON vault.session (proof_id) WHERE proof_id IS NOT NULL;
CREATE FUNCTION session_unproved() RETURNS trigger LANGUAGE plpgsql SET search_path = bailiwick, pg_temp AS $$
BEGIN
  NEW.ended_at := coalesce(NEW.ended_at, now());
  RETURN NEW;
END
$$;
CREATE TRIGGER session_unproved BEFORE UPDATE ON vault.session FOR EACH ROW
  WHEN (OLD.proof_id IS NOT NULL AND NEW.proof_id IS NULL) EXECUTE FUNCTION session_unproved();
