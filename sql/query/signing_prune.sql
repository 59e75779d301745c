-- Removes keys whose last token is over: a key's tokens live for $1 seconds after the next generation signs.
-- role: auth
-- params: $1 life bigint
-- row: none
DELETE FROM vault.signing_key k
 WHERE least(k.ends_at, (SELECT min(n.signs_from) FROM vault.signing_key n WHERE n.generation > k.generation)
                        + $1::bigint * interval '1 second') < now()
   AND k.generation < (SELECT max(n.generation) FROM vault.signing_key n)
