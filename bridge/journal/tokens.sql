-- all --
SELECT digest, name, client, made, expires, replaced, used FROM token ORDER BY client, name, replaced IS NOT NULL, made;

-- add --
INSERT INTO token (digest, name, client, made, expires) VALUES (:digest, :name, :client, :now, :expires);

-- replace --
-- It may end earlier by itself.
UPDATE token SET replaced = :now, expires = min(coalesce(expires, :ends), :ends) WHERE name = :name AND replaced IS NULL;

-- end --
DELETE FROM token WHERE digest = :digest;

-- end_all --
DELETE FROM token;

-- forget_ended --
DELETE FROM token WHERE replaced IS NOT NULL AND expires <= :now;

-- note_use --
UPDATE token SET used = :at WHERE digest = :digest AND used IS NOT :at;
