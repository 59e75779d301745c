-- The next signing key, unless that generation is there. Given $5, nothing that the
-- earlier ones signed is believed any more once it signs.
-- role: auth
-- params: $1 generation integer, $2 kid text, $3 sealed_key bytea, $4 lead bigint, $5 alone boolean
-- row: signs_from timestamptz
WITH made AS (
  INSERT INTO vault.signing_key (generation, kid, sealed_key, signs_from)
  SELECT $1, $2, $3, now() + $4::bigint * interval '1 second'
      ON CONFLICT DO NOTHING
  RETURNING signs_from
), ended AS (
  UPDATE vault.signing_key k SET ends_at = least(k.ends_at, made.signs_from) FROM made WHERE $5 AND k.generation < $1
)
SELECT signs_from FROM made
