-- Sets the walls of this transaction; goes out before whatever else runs in it.
-- role: any
-- scope: none
-- params: $1 low text, $2 high text, $3 ancestors text, $4 consents text
-- row: low text, high text, ancestors text, consents text
SELECT set_config('bailiwick.low', $1, true) AS low, set_config('bailiwick.high', $2, true) AS high,
       set_config('bailiwick.ancestors', $3, true) AS ancestors, set_config('bailiwick.consents', $4, true) AS consents
