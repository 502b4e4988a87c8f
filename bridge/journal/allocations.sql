-- What pools gave out ([pools.NAME]). A row is never deleted: a value that was somebody's is nobody else's.

-- of --
SELECT value, used FROM allocation WHERE pool = :pool AND resource = :resource;

-- is_empty --
SELECT NOT EXISTS (SELECT 1 FROM allocation WHERE pool = :pool);

-- is_known --
SELECT EXISTS (SELECT 1 FROM allocation WHERE pool = :pool AND key = :key);

-- last_given --
SELECT max(key) FROM allocation WHERE pool = :pool AND given = 1 AND key BETWEEN :first AND :last;

-- give --
INSERT INTO allocation (pool, key, value, resource, given) VALUES (:pool, :key, :value, :resource, 1) ON CONFLICT DO NOTHING;

-- note --
INSERT INTO allocation (pool, key, value) VALUES (:pool, :key, :value) ON CONFLICT DO NOTHING;

-- release --
-- It stands nowhere as ours: somebody else has the value. It stays known, and is given to nobody.
UPDATE allocation SET resource = NULL WHERE pool = :pool AND resource = :resource AND used = 0;

-- adopt --
-- The entry holds it: it is the resource's, unless another living one has it.
INSERT INTO allocation (pool, key, value, resource, used) VALUES (:pool, :key, :value, :resource, 1)
ON CONFLICT (pool, key) DO UPDATE SET resource = excluded.resource, used = 1
WHERE resource IS NULL OR NOT EXISTS (SELECT 1 FROM resource AS r WHERE r.id = allocation.resource AND r.deleted IS NULL);

-- use --
UPDATE allocation SET used = 1 WHERE pool = :pool AND resource = :resource AND used = 0;
