-- get --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE id = :id AND tenant = :tenant AND type = :type AND deleted IS NULL;

-- by_id --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource WHERE id = :id;

-- by_ids --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource WHERE id IN (SELECT value FROM json_each(:ids));

-- type_of --
SELECT type FROM resource WHERE id = :id AND tenant = :tenant;

-- by_seq --
SELECT seq, id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE seq IN (SELECT value FROM json_each(:numbers));

-- named --
SELECT id FROM resource WHERE tenant = :tenant AND type = :type AND unique_key = :unique_key AND deleted IS NULL;

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
