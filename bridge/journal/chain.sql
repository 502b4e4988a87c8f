-- head --
SELECT seq, chain FROM head;

-- move_head --
UPDATE head SET seq = :seq, chain = :chain;

-- append_change --
INSERT INTO change (seq, at, tenant, client, resource, type, version, operation, payload, digest, chain)
VALUES (:seq, :at, :tenant, :client, :resource, :type, :version, :operation, :payload, :digest, :chain);

-- append_action --
INSERT INTO action (seq, at, actor, uid, operation, subject, payload, digest, chain)
VALUES (:seq, :at, :actor, :uid, :operation, :subject, :payload, :digest, :chain);

-- change_after --
SELECT 'change' AS "table", seq, at, tenant, client, resource, type, version, operation, payload, digest, chain, erased
FROM change WHERE seq > :seq ORDER BY seq LIMIT :limit;

-- action_after --
SELECT 'action' AS "table", seq, at, actor, uid, operation, subject, payload, digest, chain, erased
FROM action WHERE seq > :seq ORDER BY seq LIMIT :limit;

-- checkpoint --
SELECT seq, chain, seal FROM checkpoint;

-- first --
SELECT min(seq) FROM (SELECT min(seq) AS seq FROM change UNION ALL SELECT min(seq) FROM action);

-- link_at --
SELECT chain FROM change WHERE seq = :seq UNION ALL SELECT chain FROM action WHERE seq = :seq;
