-- Work that is not finished keeps the changes that it comes from, and the tombstones that it needs.

-- newest_first --
-- Windows of the chain from its end, for the sizes of what stands there.
SELECT seq, coalesce(length(payload), 0) FROM change WHERE seq < :below
UNION ALL SELECT seq, coalesce(length(payload), 0) FROM action WHERE seq < :below
ORDER BY seq DESC LIMIT :limit;

-- last_before --
-- The last row that was written before this time.
SELECT max(coalesce((SELECT max(seq) FROM change WHERE at < :at), 0), coalesce((SELECT max(seq) FROM action WHERE at < :at), 0));

-- first_unfinished --
SELECT min((SELECT min(c.seq) FROM change AS c WHERE c.resource = l.resource AND c.version > l.version))
FROM link AS l WHERE l.state <> 'in_sync'
OR EXISTS (SELECT 1 FROM hold AS h WHERE h.target = l.target AND h.resource = l.resource AND h.state = 'held');

-- oldest_with_payload --
-- What may be erased in one step: old enough, and of no unfinished work.
SELECT 'change' AS "table", c.seq, c.digest FROM change AS c
WHERE c.seq > :after AND c.seq <= :upto AND c.payload IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.resource = c.resource AND l.version < c.version
                AND (l.state <> 'in_sync' OR EXISTS (SELECT 1 FROM hold AS h WHERE h.target = l.target
                     AND h.resource = l.resource AND h.state = 'held')))
ORDER BY c.seq LIMIT :limit;

-- oldest_action_with_payload --
SELECT 'action' AS "table", seq, digest FROM action WHERE seq > :after AND seq <= :upto AND payload IS NOT NULL
ORDER BY seq LIMIT :limit;

-- erase_change --
UPDATE change SET payload = NULL, erased = :erased WHERE seq = :seq;

-- erase_action --
UPDATE action SET payload = NULL, erased = :erased WHERE seq = :seq;

-- set_checkpoint --
INSERT INTO checkpoint (one, seq, chain, seal) VALUES (1, :seq, :chain, :seal)
ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, chain = excluded.chain, seal = excluded.seal;

-- prune_changes --
DELETE FROM change WHERE seq <= :seq;

-- prune_actions --
DELETE FROM action WHERE seq <= :seq;

-- applied_tombstones --
SELECT r.id FROM resource AS r WHERE r.deleted IS NOT NULL AND r.deleted < :before
AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.resource = r.id
                AND (l.state <> 'in_sync' OR l.entry_id IS NOT NULL OR l.intent IS NOT NULL OR l.claim IS NOT NULL))
AND NOT EXISTS (SELECT 1 FROM image AS i WHERE i.resource = r.id)
AND NOT EXISTS (SELECT 1 FROM target_membership AS t WHERE t.group_id = r.id AND t.applied IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM link AS l JOIN target_membership AS t ON t.target = l.target AND t.member = r.id
                WHERE l.resource = r.id AND (t.applied IS NOT NULL OR t.dirty > 0))
LIMIT :limit;

-- old_images --
-- Too old, or beyond what images may take; what a person waits for stays.
SELECT id FROM (SELECT id, at, target, resource, sum(length(entry) + :row) OVER (ORDER BY id DESC) AS used FROM image) AS i
WHERE (at < :before OR used > :size) AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.target = i.target AND l.resource = i.resource
                                                     AND l.restore IS NOT NULL) LIMIT :limit;

-- forget_image --
DELETE FROM image WHERE id = :id;

-- forget_links --
DELETE FROM link WHERE resource = :id;

-- forget_references --
DELETE FROM reference WHERE resource = :id;

-- forget_members --
DELETE FROM target_membership WHERE group_id = :id;

-- forget_resource --
DELETE FROM resource WHERE id = :id AND deleted IS NOT NULL;
