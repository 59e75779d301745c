-- The provider.
-- role: policy
SELECT id, label FROM tenant WHERE kind = 'provider'
