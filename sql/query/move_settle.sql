-- Has every grant checked: what came in between is found before the commit.
-- role: app
-- params: none
-- row: none
SET CONSTRAINTS bailiwick.grant_containment IMMEDIATE
