-- Quotas: how much of a pool a tenant may have with all below it, given by the one above it out of its own.
SET LOCAL ROLE bailiwick_owner;
SET LOCAL search_path = bailiwick, pg_temp;

-- What was given lies ready below and counts as a whole above: whoever makes something holds one counter, the nearest.
CREATE TABLE quota (
  tenant_id       uuid NOT NULL,
  tenant_path     text NOT NULL COLLATE "C" CONSTRAINT quota_has_giver CHECK (length(tenant_path) > 9),
  tenant_boundary text NOT NULL COLLATE "C",
  -- Users and tenants are counted here; of any other only what is given is known.
  pool            text NOT NULL COLLATE "C" CONSTRAINT quota_pool CHECK (pool ~ '^[a-z][a-z0-9_]{0,39}$'),
  allotted        bigint NOT NULL CONSTRAINT quota_allotted CHECK (allotted BETWEEN 0 AND 1000000000),
  -- Percent of it at which the tenant is warned.
  warn_at         smallint[] NOT NULL DEFAULT '{80,90,100}'
                  CONSTRAINT quota_warn_at CHECK (cardinality(warn_at) <= 8 AND 1 <= ALL (warn_at) AND 100 >= ALL (warn_at)),
  counter         uuid NOT NULL DEFAULT gen_random_uuid(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_path, pool),
  CONSTRAINT quota_counter_key UNIQUE (counter),
  CONSTRAINT quota_tenant_fkey FOREIGN KEY (tenant_id, tenant_path, tenant_boundary)
    REFERENCES tenant (id, path, boundary) MATCH FULL ON UPDATE CASCADE
);
CREATE INDEX quota_tenant ON quota (tenant_id);
CREATE INDEX tenant_ended ON tenant (path) WHERE terminated_at IS NOT NULL;

-- The highest percentage that is reached.
CREATE FUNCTION quota_level(spoken bigint, allotted bigint, warn_at smallint[]) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT coalesce(max(l), 0::smallint) FROM unnest(warn_at) l WHERE allotted > 0 AND spoken * 100 >= l * allotted);

-- No key carries a counter along: what counts holds it as the last of all, and a move that waits for who makes something is
-- waited for by none of them.
CREATE TABLE quota_counter (
  id       uuid PRIMARY KEY,
  allotted bigint NOT NULL,
  warn_at  smallint[] NOT NULL,
  -- What is at or below the tenant, but not below another with a quota of the pool; and what those nearest below were given.
  used     bigint NOT NULL,
  given    bigint NOT NULL,
  -- The highest percentage that the tenant was told of.
  told     smallint NOT NULL DEFAULT 0,
  due      boolean NOT NULL GENERATED ALWAYS AS (bailiwick.quota_level(used + given, allotted, warn_at) <> told) STORED,
  CONSTRAINT quota_counts CHECK (used >= 0 AND given >= 0),
  CONSTRAINT quota_room CHECK (used + given <= allotted)
) WITH (fillfactor = 70);
CREATE INDEX quota_due ON quota_counter (id) WHERE due;

SELECT wall_build('quota', 'tenant_path', 'tenant_boundary');
-- That something binds from above is known below; what it is, the statements do not tell.
CREATE POLICY flows_down ON quota FOR SELECT TO bailiwick_app
  USING (tenant_path = ANY ((SELECT NULLIF(current_setting('bailiwick.ancestors', true), ''))::text[]));
-- What counts stands above whoever makes something, and runs as the owner, whom no request can be.
CREATE POLICY counting ON quota FOR SELECT TO bailiwick_owner USING (true);
CREATE POLICY counting ON tenant FOR SELECT TO bailiwick_owner USING (true);
CREATE POLICY counting ON principal FOR SELECT TO bailiwick_owner USING (true);
ALTER TABLE quota_counter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY counting ON quota_counter FOR ALL TO bailiwick_owner USING (true) WITH CHECK (true);
CREATE POLICY inside ON quota_counter FOR ALL TO bailiwick_app
  USING (EXISTS (SELECT FROM quota q WHERE q.counter = id AND q.tenant_path >= (SELECT NULLIF(current_setting('bailiwick.low', true), ''))))
  WITH CHECK (EXISTS (SELECT FROM quota q WHERE q.counter = id AND q.tenant_path >= (SELECT NULLIF(current_setting('bailiwick.low', true), ''))));
GRANT SELECT, DELETE, INSERT (tenant_id, tenant_path, tenant_boundary, pool, allotted, warn_at),
  UPDATE (allotted, warn_at, updated_at) ON quota TO bailiwick_app;
GRANT SELECT, UPDATE (told) ON quota_counter TO bailiwick_app;

-- The nearest at or above a place that has a quota.
CREATE FUNCTION quota_holder(counted text, place text) RETURNS text LANGUAGE sql STABLE
  RETURN (SELECT q.tenant_path FROM quota q WHERE q.pool = counted AND q.tenant_path = ANY (path_line(place))
           ORDER BY q.tenant_path DESC LIMIT 1);

-- Of paths, those that are below none of the others.
CREATE FUNCTION paths_topmost(paths text[]) RETURNS SETOF text LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT path
    FROM (SELECT p AS path, max(p || '0') OVER (ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS behind
            FROM (SELECT DISTINCT unnest(paths) COLLATE "C" AS p) d) x
   WHERE behind IS NULL OR path >= behind;
END;

-- What is over below a place.
CREATE FUNCTION quota_ended(low text) RETURNS text[] LANGUAGE sql STABLE
  RETURN ARRAY(SELECT paths_topmost(ARRAY(SELECT t.path FROM tenant t
                                           WHERE t.path > low AND t.path < low || '0' AND t.terminated_at IS NOT NULL)));

-- Everything there is below a place, whether it counts or not.
CREATE FUNCTION quota_stock(counted text, low text) RETURNS bigint LANGUAGE sql STABLE
  RETURN CASE counted
    WHEN 'users' THEN (SELECT count(*) FROM principal p
                        WHERE p.kind = 'user' AND p.state <> 'terminated'
                          AND p.tenant_path >= low AND p.tenant_path < low || '0')
    WHEN 'tenants' THEN (SELECT count(*) FROM tenant t WHERE t.path > low AND t.path < low || '0')
    ELSE 0 END;

-- What of it is over goes with the place that is.
CREATE FUNCTION quota_lost(counted text, ended text) RETURNS bigint LANGUAGE sql STABLE
  RETURN quota_stock(counted, ended) + CASE counted WHEN 'tenants' THEN 1 ELSE 0 END;

-- What counts at a place, apart from what lies below others that have a quota, and what those were given.
CREATE FUNCTION quota_count(counted text, low text, OUT used bigint, OUT given bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH cut AS MATERIALIZED (
    SELECT c.path, q.allotted, t.terminated_at IS NOT NULL AS ended
      FROM paths_topmost(quota_ended(low) || ARRAY(SELECT q.tenant_path FROM quota q
                            WHERE q.pool = counted AND q.tenant_path > low AND q.tenant_path < low || '0')) AS c (path)
      JOIN tenant t ON t.path = c.path
      LEFT JOIN quota q ON q.tenant_path = c.path AND q.pool = counted)
  SELECT quota_stock(counted, low) - coalesce((SELECT sum(CASE WHEN c.ended THEN quota_lost(counted, c.path) ELSE quota_stock(counted, c.path) END)
                                              FROM cut c), 0)::bigint,
         coalesce((SELECT sum(c.allotted) FROM cut c WHERE NOT c.ended), 0)::bigint;
END;

-- What a tenant takes from the nearest above it.
CREATE FUNCTION quota_weight(counted text, path text, OUT used bigint, OUT given bigint) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN q.allotted IS NULL THEN c.used ELSE 0 END + CASE counted WHEN 'tenants' THEN 1 ELSE 0 END, coalesce(q.allotted, c.given)
    FROM (SELECT (SELECT q.allotted FROM quota q WHERE q.pool = counted AND q.tenant_path = path) AS allotted) q
    LEFT JOIN LATERAL (SELECT w.used, w.given FROM quota_count(counted, path) w WHERE q.allotted IS NULL) c ON true;
END;

-- A first quota counts what there is: meanwhile nobody makes anything there. A partner, or customer of the provider's own, has one
-- lock of 1024.
CREATE FUNCTION quota_gate(path text) RETURNS integer LANGUAGE sql IMMUTABLE
  RETURN hashtext(left(path, 18)) & 1023;

-- Holds the counters of places, in one order, until the transaction ends; false where there is none.
CREATE FUNCTION quota_hold(counted text, places text[]) RETURNS boolean LANGUAGE plpgsql
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('bailiwick quota'), g.gate)
     FROM (SELECT DISTINCT quota_gate(p) AS gate FROM unnest(places) p ORDER BY 1) g;
  PERFORM FROM quota_counter c
    WHERE c.id IN (SELECT q.counter FROM quota q
                    WHERE q.pool = counted AND q.tenant_path IN (SELECT quota_holder(counted, p) FROM unnest(places) p))
    ORDER BY c.id
      FOR NO KEY UPDATE;
  RETURN FOUND;
END
$$;

-- What comes to places counts at the nearest above each, unless something in between is over. Held before.
CREATE FUNCTION quota_add(counted text, places text[], amounts bigint[], gifts bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  UPDATE quota_counter c SET used = c.used + s.amount, given = c.given + s.gift
    FROM (SELECT w.holder, sum(w.amount) AS amount, sum(coalesce(w.gift, 0)) AS gift
            FROM (SELECT quota_holder(counted, u.place) AS holder, u.*
                    FROM unnest(places, amounts, gifts) AS u (place, amount, gift)) w
           WHERE NOT EXISTS (SELECT FROM tenant t WHERE t.path = ANY (path_line(w.place)) AND t.path > w.holder
                                                    AND t.terminated_at IS NOT NULL)
           GROUP BY w.holder) s
    JOIN quota q ON q.pool = counted AND q.tenant_path = s.holder
   WHERE c.id = q.counter AND (s.amount <> 0 OR s.gift <> 0);
END
$$;

CREATE FUNCTION quota_users_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
DECLARE
  places text[];
  amounts bigint[];
BEGIN
  SELECT array_agg(m.tenant_path), array_agg(m.n) INTO places, amounts
    FROM (SELECT tenant_path, count(*) AS n FROM made WHERE kind = 'user' AND state <> 'terminated' GROUP BY tenant_path) m;
  IF places IS NOT NULL AND quota_hold('users', places) THEN
    PERFORM quota_add('users', places, amounts, NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER principal_quota_insert AFTER INSERT ON principal REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION quota_users_made();

CREATE FUNCTION quota_user_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
DECLARE
  places text[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF quota_hold('users', ARRAY[OLD.tenant_path]) THEN
      PERFORM quota_add('users', ARRAY[OLD.tenant_path], ARRAY[-1], NULL);
    END IF;
    RETURN NULL;
  END IF;
  places := ARRAY[OLD.tenant_path, NEW.tenant_path];
  IF quota_hold('users', places) THEN
    PERFORM quota_add('users', places, ARRAY[-(OLD.state <> 'terminated')::int, (NEW.state <> 'terminated')::int], NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER principal_quota_update AFTER UPDATE ON principal FOR EACH ROW
  WHEN (OLD.kind = 'user' AND ((OLD.state = 'terminated') <> (NEW.state = 'terminated') OR OLD.tenant_id <> NEW.tenant_id))
  EXECUTE FUNCTION quota_user_changed();
CREATE TRIGGER principal_quota_delete AFTER DELETE ON principal FOR EACH ROW
  WHEN (OLD.kind = 'user' AND OLD.state <> 'terminated') EXECUTE FUNCTION quota_user_changed();

CREATE FUNCTION quota_tenants_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
DECLARE
  places text[];
  amounts bigint[];
BEGIN
  SELECT array_agg(m.parent_path), array_agg(m.n) INTO places, amounts
    FROM (SELECT parent_path, count(*) AS n FROM made WHERE parent_path IS NOT NULL AND terminated_at IS NULL GROUP BY parent_path) m;
  IF places IS NOT NULL AND quota_hold('tenants', places) THEN
    PERFORM quota_add('tenants', places, amounts, NULL);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER tenant_quota_insert AFTER INSERT ON tenant REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION quota_tenants_made();

-- The pools in which what is at or below a path may count.
CREATE FUNCTION quota_pools(low text) RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT v.pool COLLATE "C" FROM (VALUES ('tenants'), ('users')) v (pool)
  UNION SELECT q.pool FROM quota q WHERE q.tenant_path >= low AND q.tenant_path < low || '0'
  ORDER BY 1;
END;

-- A tenant takes all that it weighs out of where it was, or was not over, and brings it where it is now.
CREATE FUNCTION quota_tenant_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
DECLARE
  counted text;
  weight record;
  places text[] := ARRAY[OLD.parent_path, NEW.parent_path];
  before integer := (OLD.terminated_at IS NULL)::int;
  after integer := (NEW.terminated_at IS NULL)::int;
BEGIN
  FOR counted IN SELECT quota_pools(NEW.path) LOOP
    IF quota_hold(counted, places) THEN
      SELECT * INTO weight FROM quota_weight(counted, NEW.path);
      PERFORM quota_add(counted, places, ARRAY[-before * weight.used, after * weight.used],
                        ARRAY[-before * weight.given, after * weight.given]);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
CREATE TRIGGER tenant_quota_end AFTER UPDATE ON tenant FOR EACH ROW
  WHEN ((OLD.terminated_at IS NULL) <> (NEW.terminated_at IS NULL)) EXECUTE FUNCTION quota_tenant_changed();
-- Deferred: the keys carry what is below level by level, and only then is all of it there.
CREATE CONSTRAINT TRIGGER tenant_quota_move AFTER UPDATE ON tenant DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION quota_tenant_changed();

-- A quota that is set, changed or taken away: no less than there is, and out of the nearest above.
CREATE FUNCTION quota_shut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM pg_advisory_xact_lock(hashtext('bailiwick quota'), quota_gate(OLD.tenant_path));
    RETURN OLD;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('bailiwick quota'), quota_gate(NEW.tenant_path));
  RETURN NEW;
END
$$;
CREATE TRIGGER quota_shut BEFORE INSERT OR DELETE ON quota FOR EACH ROW EXECUTE FUNCTION quota_shut();
CREATE TRIGGER quota_shut_update BEFORE UPDATE ON quota FOR EACH ROW
  WHEN (OLD.allotted <> NEW.allotted) EXECUTE FUNCTION quota_shut();

-- Out of the nearest above goes what is given, and what was used there is used here. What is over takes nothing.
CREATE FUNCTION quota_settle(counted text, place text, taken bigint, freed bigint) RETURNS void LANGUAGE plpgsql
SET search_path = bailiwick, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM tenant t WHERE t.path = place AND t.terminated_at IS NULL) AND quota_hold(counted, ARRAY[left(place, -9)]) THEN
    PERFORM quota_add(counted, ARRAY[left(place, -9)], ARRAY[-taken], ARRAY[freed]);
  END IF;
END
$$;

CREATE FUNCTION quota_set() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = bailiwick, pg_temp AS $$
DECLARE
  c record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT * INTO c FROM quota_count(NEW.pool, NEW.tenant_path);
  ELSE
    SELECT * INTO c FROM quota_counter WHERE id = OLD.counter FOR NO KEY UPDATE;
  END IF;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM quota_counter WHERE id = OLD.counter;
    PERFORM quota_settle(OLD.pool, OLD.tenant_path, -c.used, c.given - OLD.allotted);
    RETURN NULL;
  END IF;
  IF NEW.allotted < c.used + c.given THEN
    RAISE EXCEPTION 'more is used or given' USING ERRCODE = 'BW004';
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO quota_counter (id, allotted, warn_at, used, given) VALUES (NEW.counter, NEW.allotted, NEW.warn_at, c.used, c.given);
    PERFORM quota_settle(NEW.pool, NEW.tenant_path, c.used, NEW.allotted - c.given);
  ELSE
    UPDATE quota_counter SET allotted = NEW.allotted, warn_at = NEW.warn_at WHERE id = NEW.counter;
    PERFORM quota_settle(NEW.pool, NEW.tenant_path, 0, NEW.allotted - OLD.allotted);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER quota_set AFTER INSERT OR DELETE ON quota FOR EACH ROW EXECUTE FUNCTION quota_set();
CREATE TRIGGER quota_set_update AFTER UPDATE ON quota FOR EACH ROW
  WHEN ((OLD.allotted, OLD.warn_at) IS DISTINCT FROM (NEW.allotted, NEW.warn_at)) EXECUTE FUNCTION quota_set();

-- Whether what comes from one place to another finds no room there. Says so of what the asker cannot see, and nothing else of it.
CREATE FUNCTION quota_lacks(counted text, origin text, place text, amount bigint, gift bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bailiwick, pg_temp
  RETURN EXISTS (SELECT FROM quota q JOIN quota_counter c ON c.id = q.counter
                  WHERE q.pool = counted AND q.tenant_path = quota_holder(counted, place)
                    AND q.tenant_path IS DISTINCT FROM quota_holder(counted, origin)
                    AND c.used + c.given + amount + gift > c.allotted);
-- The pools of which a tenant does.
CREATE FUNCTION quota_tenant_lacks(path text, origin text, place text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bailiwick, pg_temp
BEGIN ATOMIC
  SELECT k.pool
    FROM quota_pools(path) k (pool), quota_weight(k.pool, path) w
   WHERE quota_lacks(k.pool, origin, place, w.used, w.given);
END;

SET LOCAL ROLE bailiwick_migrate;
DO $$
DECLARE
  changed bigint;
BEGIN
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['quota:read', 'quota:update']
   WHERE builtin AND name IN ('provider_admin', 'partner_admin');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 2 THEN
    RAISE EXCEPTION 'quota:update went to % roles, not to 2', changed;
  END IF;
  UPDATE bailiwick.role SET permissions = permissions || ARRAY['quota:read']
   WHERE builtin AND name IN ('customer_admin', 'helpdesk', 'auditor');
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> 3 THEN
    RAISE EXCEPTION 'quota:read went to % roles, not to 3', changed;
  END IF;
END
$$;
SET CONSTRAINTS ALL IMMEDIATE;
