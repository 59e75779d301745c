-- Something secret that comes back.
-- role: auth
SELECT $1::bytea AS secret
