-- What entries held before something was taken away.

-- record --
INSERT INTO image (at, target, resource, kind, operation, locked, entry, groups)
VALUES (:now, :target, :resource, :kind, :operation, :locked, :entry,
  (SELECT json_group_array(group_id) FROM target_membership
   WHERE target = :target AND member = :resource AND applied IS NOT NULL));

-- first_since --
-- What was read of the entry comes before what was only known of it.
SELECT id, at, target, resource, kind, operation, locked, entry, groups FROM image
WHERE target = :target AND resource = :resource AND at >= :at ORDER BY operation = 'lock', at, id LIMIT 1;

-- first_state_since --
SELECT locked, groups FROM image
WHERE target = :target AND resource = :resource AND at >= :at ORDER BY at, id LIMIT 1;

-- wish --
-- A person approved that the entry be put back, for the resource as it is now.
UPDATE link SET restore = :at, kept = (SELECT version FROM resource WHERE id = :resource)
WHERE target = :target AND resource = :resource;

-- rejoin --
-- The group names the entry again, and keeps it until SCIM says something of it.
INSERT INTO target_membership (target, group_id, member, applied, dirty, held)
VALUES (:target, :group, :member, :applied, 0, :kept)
ON CONFLICT (target, group_id, member) DO UPDATE SET applied = excluded.applied, held = excluded.held;
