-- get --
SELECT id, tenant, type, version, created, modified, deleted, body, EXISTS (SELECT 1 FROM membership WHERE member = :id)
FROM resource WHERE id = :id AND tenant = :tenant AND type = :type AND deleted IS NULL;

-- by_id --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource WHERE id = :id;

-- by_ids --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource WHERE id IN (SELECT value FROM json_each(:ids));

-- type_of --
SELECT type FROM resource WHERE id = :id AND tenant = :tenant;

-- by_seq --
SELECT r.seq, r.id, r.tenant, r.type, r.version, r.created, r.modified, r.deleted, r.body,
  EXISTS (SELECT 1 FROM membership AS m WHERE m.member = r.id)
FROM resource AS r WHERE r.seq IN (SELECT value FROM json_each(:numbers));

-- named --
SELECT r.id, r.tenant, r.type, r.version, r.created, r.modified, r.deleted, r.body,
  EXISTS (SELECT 1 FROM membership AS m WHERE m.member = r.id)
FROM resource AS r WHERE r.tenant = :tenant AND r.type = :type AND r.unique_key = :unique_key AND r.deleted IS NULL;

-- seq_of --
SELECT seq FROM resource WHERE id = :id;

-- insert --
INSERT INTO resource (id, tenant, type, version, unique_key, external_id, body, created, modified, display_key, active)
VALUES (:id, :tenant, :type, :version, :unique_key, :external_id, :body, :now, :now, :display_key, :active);

-- update --
UPDATE resource SET version = :version, unique_key = :unique_key, external_id = :external_id, body = :body, modified = :now,
  display_key = :display_key, active = :active
WHERE id = :id;

-- bury --
UPDATE resource SET version = :version, modified = :now, deleted = :now WHERE id = :id;

-- touch_groups_of --
UPDATE resource SET version = version + 1, modified = :now
WHERE id IN (SELECT group_id FROM membership WHERE member = :id) AND tenant = :tenant;
