-- The password was right: what was counted is given back.
-- role: auth
-- params: $1 known text, $2 device bytea, $3 place bytea, $4 account bytea, $5 share bytea, $6 address bytea, $7 tenant bytea
-- row: throttle_login_done void
SELECT vault.throttle_login_done($1, $2, $3, $4, $5, $6, $7)
