-- Has every grant checked, what every role includes, and where what moved counts: what came in between is found before the commit.
-- role: app
-- params: none
-- row: none
SET CONSTRAINTS bailiwick.grant_containment, bailiwick.role_include_containment, bailiwick.tenant_quota_move IMMEDIATE
