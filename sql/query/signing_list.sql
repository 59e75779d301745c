-- The keys whose signatures are believed, the newest first, and until when: a key's tokens live for $1 seconds after the next
-- generation signs.
-- role: auth
-- params: $1 life bigint
-- row: generation integer, kid text, sealed_key bytea, signs_from timestamptz, ends_at timestamptz
SELECT k.generation, k.kid, k.sealed_key, k.signs_from, x.ends_at
  FROM vault.signing_key k,
       LATERAL (SELECT least(k.ends_at, (SELECT min(n.signs_from) FROM vault.signing_key n WHERE n.generation > k.generation)
                                        + $1::bigint * interval '1 second') AS ends_at) x
 WHERE x.ends_at IS NULL OR x.ends_at > now()
 ORDER BY k.generation DESC LIMIT 16
