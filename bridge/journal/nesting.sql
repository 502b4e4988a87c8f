-- Groups in groups at targets whose groups hold users alone. A way never leads through another tenant's group.

-- keep --
INSERT INTO target (name, flattens) VALUES (:target, :flattens)
ON CONFLICT (name) DO UPDATE SET flattens = excluded.flattens WHERE flattens <> excluded.flattens;

-- flattening --
SELECT name FROM target WHERE flattens = 1 AND name IN (SELECT value FROM json_each(:targets));

-- above --
-- The groups, and all that they are in.
WITH RECURSIVE above (id) AS (
  SELECT value FROM json_each(:groups)
  UNION
  SELECT m.group_id FROM above AS a CROSS JOIN membership AS m ON m.member = a.id
  CROSS JOIN resource AS g ON g.id = m.group_id AND g.tenant = :tenant)
SELECT id FROM above;

-- users_in --
-- Those of the members who are no groups, and whoever is in the others.
WITH RECURSIVE below (id) AS (
  SELECT value FROM json_each(:members)
  UNION
  SELECT m.member FROM below AS b CROSS JOIN resource AS g ON g.id = b.id AND g.tenant = :tenant
  CROSS JOIN membership AS m ON m.group_id = g.id)
SELECT b.id FROM below AS b WHERE NOT EXISTS (SELECT 1 FROM resource AS r WHERE r.id = b.id AND r.type = 'Group');

-- dirty --
-- What a person decided of a removal stays so: it is settled with the row.
INSERT INTO target_membership (target, group_id, member, dirty)
SELECT :target, g.value, u.value, 1 FROM json_each(:groups) AS g CROSS JOIN json_each(:users) AS u WHERE true
ON CONFLICT DO UPDATE SET dirty = dirty + 1;

-- kinds --
SELECT resource, kind FROM link WHERE target = :target AND resource IN (SELECT value FROM json_each(:groups));

-- wake_above --
-- A change of a group says nothing of those that it is in: where it has work, they look too.
UPDATE link SET state = 'dirty', wish = wish + 1, lane = 2, due = :now, attempts = 0
WHERE target = :target AND kind = :kind AND rules IS NOT NULL AND state IN ('in_sync', 'parked') AND resource IN (
  WITH RECURSIVE above (id) AS (
    SELECT resource FROM link WHERE target = :target AND kind = :kind AND state <> 'in_sync'
    UNION
    SELECT m.group_id FROM above AS a CROSS JOIN membership AS m ON m.member = a.id
    CROSS JOIN resource AS g ON g.id = m.group_id AND g.tenant = :tenant)
  SELECT id FROM above);

-- adopt_users --
-- As `adopt_memberships`.
INSERT INTO target_membership (target, group_id, member, dirty)
WITH RECURSIVE below (root, id) AS (
  SELECT resource, resource FROM link WHERE target = :target AND kind = :kind AND (state <> 'in_sync' OR rules IS NULL)
  UNION
  SELECT b.root, m.member FROM below AS b CROSS JOIN resource AS g ON g.id = b.id AND g.tenant = :tenant
  CROSS JOIN membership AS m ON m.group_id = g.id)
SELECT :target, b.root, b.id, 1 FROM below AS b
WHERE NOT EXISTS (SELECT 1 FROM resource AS r WHERE r.id = b.id AND r.type = 'Group') ON CONFLICT DO NOTHING;
