-- Who gave the grants below a path, who go along or stay behind: those who stay are known where both lines meet, and above.
-- role: app
-- plan: custom
-- params: $1 low text, $2 high text, $3 new_low text, $4 meeting text, $5 parent_path text
-- row: none
UPDATE "grant" g
   SET granted_by_path = CASE WHEN g.granted_by_path >= $1 AND g.granted_by_path < $1 || '0'
                              THEN $3 || substr(g.granted_by_path, length($1) + 1) ELSE $4 END
 WHERE g.tenant_path >= $1 AND g.tenant_path < $2
   AND g.granted_by_path >= $4 || '/' AND g.granted_by_path < $4 || '0' AND g.granted_by_path <> ALL (path_line($5))
