-- A tenant below another.
INSERT INTO tenant (id, label, parent_id, parent_path, parent_boundary, kind, code, name, name_key, external_id)
SELECT $1, $2, id, path, boundary, $3, $4, $5, $5, $5 FROM tenant WHERE path = $6
