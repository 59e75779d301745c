-- For the rest of the transaction every statement is planned for its own values.
-- role: any
-- scope: none
-- params: none
-- row: plan_cache_mode text
SELECT set_config('plan_cache_mode', 'force_custom_plan', true) AS plan_cache_mode
