-- get --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE id = :id AND tenant = :tenant AND type = :type AND deleted IS NULL;

-- by_id --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource WHERE id = :id;

-- by_ids --
SELECT id, tenant, type, version, created, modified, deleted, body FROM resource WHERE id IN (SELECT value FROM json_each(:ids));

-- type_of --
SELECT type FROM resource WHERE id = :id AND tenant = :tenant;

-- by_unique --
SELECT seq, id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE tenant = :tenant AND type = :type AND unique_key = :value AND deleted IS NULL;

-- by_external --
SELECT seq, id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE tenant = :tenant AND type = :type AND external_id = :value AND deleted IS NULL ORDER BY seq;

-- by_resource_id --
SELECT seq, id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE id = :value AND tenant = :tenant AND type = :type AND deleted IS NULL;

-- by_member --
SELECT r.seq, r.id, r.tenant, r.type, r.version, r.created, r.modified, r.deleted, r.body
FROM membership AS m JOIN resource AS r ON r.id = m.group_id
WHERE m.member = :value AND r.tenant = :tenant AND r.type = :type AND r.deleted IS NULL ORDER BY r.seq;

-- all --
SELECT seq, id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE tenant = :tenant AND type = :type AND deleted IS NULL ORDER BY seq;

-- page --
SELECT seq, id, tenant, type, version, created, modified, deleted, body FROM resource
WHERE tenant = :tenant AND type = :type AND deleted IS NULL ORDER BY seq LIMIT :limit OFFSET :skip;

-- count --
SELECT count(*) FROM resource WHERE tenant = :tenant AND type = :type AND deleted IS NULL;

-- insert --
INSERT INTO resource (id, tenant, type, version, unique_key, external_id, body, created, modified)
VALUES (:id, :tenant, :type, :version, :unique_key, :external_id, :body, :now, :now);

-- update --
UPDATE resource SET version = :version, unique_key = :unique_key, external_id = :external_id, body = :body, modified = :now
WHERE id = :id;

-- bury --
UPDATE resource SET version = :version, modified = :now, deleted = :now WHERE id = :id;

-- touch_groups_of --
UPDATE resource SET version = version + 1, modified = :now
WHERE id IN (SELECT group_id FROM membership WHERE member = :id) AND tenant = :tenant;
