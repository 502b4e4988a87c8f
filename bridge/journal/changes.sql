-- key_proof --
SELECT proof FROM head;

-- first_head --
INSERT INTO head (one, seq, chain, proof) VALUES (1, 0, :chain, :proof);

-- head --
SELECT seq, chain FROM head;

-- move_head --
UPDATE head SET seq = :seq, chain = :chain;

-- append --
INSERT INTO change (seq, at, tenant, client, resource, type, version, operation, payload, digest, chain)
VALUES (:seq, :at, :tenant, :client, :resource, :type, :version, :operation, :payload, :digest, :chain);

-- any --
SELECT 1 FROM change LIMIT 1;

-- all --
SELECT seq, at, tenant, client, resource, type, version, operation, payload, digest, chain FROM change ORDER BY seq;

-- of_resource --
SELECT seq, at, tenant, client, resource, type, version, operation, payload, digest, chain
FROM change WHERE resource = :resource ORDER BY seq;
