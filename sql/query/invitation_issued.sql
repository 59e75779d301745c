-- Whether somebody had a token made for that person since.
-- role: auth
-- params: $1 principal uuid, $2 issuer uuid, $3 since timestamptz
-- row: issued boolean
SELECT EXISTS (SELECT FROM vault.invitation i
                WHERE i.principal_id = $1 AND i.issued_by = $2 AND i.created_at >= $3) AS issued
