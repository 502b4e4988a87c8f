-- of --
SELECT member, type, display FROM membership WHERE group_id = :group;

-- groups_of --
SELECT m.group_id, r.body FROM membership AS m JOIN resource AS r ON r.id = m.group_id WHERE m.member = :member;

-- group_ids_of --
SELECT group_id FROM membership WHERE member = :member;

-- contains --
SELECT 1 FROM membership WHERE group_id = :group AND member = :member;

-- count --
SELECT count(*) FROM membership WHERE group_id = :group;

-- add --
INSERT INTO membership (group_id, member, type, display) VALUES (:group, :member, :type, :display) ON CONFLICT DO NOTHING;

-- remove --
DELETE FROM membership WHERE group_id = :group AND member = :member;

-- remove_group --
DELETE FROM membership WHERE group_id = :group;

-- remove_member --
DELETE FROM membership WHERE member = :member;

-- dirty --
INSERT INTO target_membership (target, group_id, member, dirty) VALUES (:target, :group, :member, 1)
ON CONFLICT DO UPDATE SET dirty = 1;
