-- Whether a machine is in a group, or in one that is in it.
-- role: app
-- params: $1 id uuid
-- row: machine boolean
SELECT EXISTS (SELECT FROM group_members($1) AS m (id) JOIN principal p ON p.id = m.id WHERE p.kind = 'client') AS machine
