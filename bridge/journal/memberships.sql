-- Group → member, and what of it each target has to be told. Lists come in as JSON arrays: one statement for any number.
-- A group may name any id. Who asks from the member's side sees groups of the member's tenant alone.

-- of --
SELECT member, type, display FROM membership WHERE group_id = :group;

-- ids_of --
SELECT member FROM membership WHERE group_id = :group;

-- of_many --
SELECT group_id, member, type, display FROM membership WHERE group_id IN (SELECT value FROM json_each(:groups));

-- groups_of_many --
SELECT m.member, m.group_id, r.body FROM membership AS m
JOIN resource AS r ON r.id = m.group_id JOIN resource AS own ON own.id = m.member AND own.tenant = r.tenant
WHERE m.member IN (SELECT value FROM json_each(:members));

-- group_ids_of --
SELECT m.group_id FROM membership AS m
JOIN resource AS r ON r.id = m.group_id JOIN resource AS own ON own.id = m.member AND own.tenant = r.tenant
WHERE m.member = :member;

-- contains --
SELECT 1 FROM membership WHERE group_id = :group AND member = :member;

-- count --
SELECT count(*) FROM membership WHERE group_id = :group;

-- exceeds --
SELECT 1 FROM membership WHERE group_id = :group LIMIT 1 OFFSET :number;

-- add --
-- What a member is, its resource says, where there is one; else the client, and at last it is taken for a user.
INSERT INTO membership (group_id, member, type, display)
SELECT :group, json_extract(m.value, '$.value'),
  coalesce(
    (SELECT type FROM resource AS r WHERE r.id = json_extract(m.value, '$.value') AND r.tenant = :tenant),
    json_extract(m.value, '$.type'),
    'User'),
  json_extract(m.value, '$.display')
FROM json_each(:members) AS m WHERE true
ON CONFLICT DO NOTHING RETURNING member;

-- remove --
DELETE FROM membership WHERE group_id = :group AND member IN (SELECT value FROM json_each(:members)) RETURNING member;

-- remove_group --
DELETE FROM membership WHERE group_id = :group;

-- remove_member --
DELETE FROM membership WHERE member = :member AND group_id IN (SELECT value FROM json_each(:groups));

-- dirty --
INSERT INTO target_membership (target, group_id, member, dirty)
SELECT :target, :group, value, 1 FROM json_each(:members) WHERE true
ON CONFLICT DO UPDATE SET dirty = dirty + 1, held = 0;

-- dirty_groups_of --
INSERT INTO target_membership (target, group_id, member, dirty)
SELECT :target, value, :member, 1 FROM json_each(:groups) WHERE true
ON CONFLICT DO UPDATE SET dirty = dirty + 1;
