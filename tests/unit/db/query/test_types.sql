-- Gives back each kind of value.
-- role: any
-- scope: none
SELECT $1::uuid AS uuid, $2::text AS text, $3::bytea AS bytes, $4::bigint AS big, $5::integer AS middle, $6::boolean AS flag,
       $7::timestamptz AS time, $8::jsonb AS document, ($9::text[])[2] AS second, (-7)::smallint AS small,
       json_build_object('n', 1) AS built, $7::timestamptz = timestamptz '2024-02-29 12:34:56.789012Z' AS same_time
