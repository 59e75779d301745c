-- The same of who put members into groups there.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 new_low text, $4 meeting text, $5 parent_path text
-- row: none
UPDATE membership m
   SET added_by_path = CASE WHEN m.added_by_path >= $1 AND m.added_by_path < $1 || '0'
                            THEN $3 || substr(m.added_by_path, length($1) + 1) ELSE $4 END
 WHERE m.tenant_path >= $1 AND m.tenant_path < $2
   AND m.added_by_path >= $4 || '/' AND m.added_by_path < $4 || '0' AND m.added_by_path <> ALL (path_line($5))
