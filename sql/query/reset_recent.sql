-- Whether somebody did this to a user's account within the last day.
-- role: app
-- params: $1 principal uuid, $2 kind text, $3 actor uuid
-- row: recent boolean
SELECT EXISTS (SELECT FROM account_reset r
                WHERE r.principal_id = $1 AND r.kind = $2 AND r.actor_id = $3 AND r.created_at > now() - interval '1 day') AS recent
