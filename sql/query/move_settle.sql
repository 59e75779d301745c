-- Has every grant checked, and what every role includes: what came in between is found before the commit.
-- role: app
-- params: none
-- row: none
SET CONSTRAINTS bailiwick.grant_containment, bailiwick.role_include_containment IMMEDIATE
