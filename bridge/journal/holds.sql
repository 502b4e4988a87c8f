-- Holds: what of a resource's delivery waits for a person; and what was spent of each guard's budget.

-- of --
SELECT operation, state, plan, revision, version, subject, count, reason, at FROM hold
WHERE target = :target AND resource = :resource;

-- one --
SELECT operation, state, plan, revision, version, subject, count, reason, at FROM hold
WHERE target = :target AND resource = :resource AND operation = :operation;

-- put --
INSERT INTO hold (target, resource, operation, state, plan, revision, version, subject, count, reason, at)
VALUES (:target, :resource, :operation, 'held', :plan, :revision, :version, :subject, :count, :reason, :now)
ON CONFLICT (target, resource, operation) DO UPDATE SET state = 'held', plan = excluded.plan, revision = excluded.revision,
  version = excluded.version, subject = excluded.subject, count = excluded.count, reason = excluded.reason, at = excluded.at;

-- drop --
DELETE FROM hold WHERE target = :target AND resource = :resource AND operation = :operation;

-- drop_all --
DELETE FROM hold WHERE target = :target AND resource = :resource;

-- grant --
INSERT INTO hold (target, resource, operation, state, plan, revision, version, subject, count, reason, at)
SELECT :target, :resource, 'revert', 'approved', :plan, 0, version, '', 1, 'approved with its run', :now
FROM resource WHERE id = :resource
ON CONFLICT (target, resource, operation) DO UPDATE SET plan = excluded.plan, version = excluded.version, at = excluded.at;

-- open_plan --
-- There is one at most for each target.
SELECT id FROM plan WHERE target = :target AND run IS NULL AND revision > 0 AND state = 'held';

-- make_plan --
INSERT INTO plan (id, target, run, state, made, reason)
SELECT :target || '@' || (coalesce(max(rowid), 0) + 1), :target, NULL, 'held', :now, :reason FROM plan RETURNING id;

-- revise --
UPDATE plan SET revision = revision + 1 WHERE id = :plan RETURNING revision;

-- close_empty --
-- Nothing is left in it to decide.
UPDATE plan SET state = 'superseded', decided = :now WHERE id = :plan AND run IS NULL AND state = 'held'
AND NOT EXISTS (SELECT 1 FROM hold WHERE plan = :plan AND state = 'held');

-- counts --
SELECT count(*) FROM hold WHERE target = :target AND state = 'held';

-- in_plan --
SELECT h.operation, h.state, h.plan, h.revision, h.version, h.subject, h.count, h.reason, h.at,
       h.resource, l.kind, l.locator, l.wish,
       coalesce(json_extract(r.body, '$.userName'), json_extract(r.body, '$.displayName'), h.resource)
FROM hold AS h JOIN link AS l ON l.target = h.target AND l.resource = h.resource LEFT JOIN resource AS r ON r.id = h.resource
WHERE h.plan = :plan AND h.operation <> 'revert' ORDER BY h.revision;

-- decide --
UPDATE hold SET state = :state WHERE target = :target AND resource = :resource AND operation = :operation AND state = 'held';

-- decide_members --
UPDATE target_membership SET held = :held, dirty = dirty + 1 WHERE target = :target AND group_id = :resource AND held = 1;

-- spend --
INSERT INTO spent (target, guard, at, resource, operation, version, count, linked)
VALUES (:target, :guard, :now, :resource, :operation, :version, :count, :linked);

-- forget_spent --
DELETE FROM spent WHERE target = :target AND at < :since;

-- is_spent --
SELECT 1 FROM spent WHERE target = :target AND resource = :resource AND operation = :operation AND version = :version;

-- spent --
-- By guard, since a time.
SELECT guard, sum(count) FROM spent WHERE target = :target AND at >= :since GROUP BY guard;

-- spent_on --
SELECT coalesce(sum(count), 0) FROM spent
WHERE target = :target AND resource = :resource AND guard = :guard AND at >= :since;

-- linked_then --
SELECT linked FROM spent WHERE target = :target AND at >= :since ORDER BY at, rowid LIMIT 1;

-- linked_now --
SELECT count(*) FROM link WHERE target = :target AND entry_id IS NOT NULL;

-- members --
-- How many members the target's group has of us.
SELECT count(*) FROM target_membership WHERE target = :target AND group_id = :resource AND applied IS NOT NULL;

-- losses --
-- How many members the group would lose for its own sake, and nobody has judged yet. Who leaves the target is judged there.
SELECT count(*) FROM target_membership AS t INDEXED BY target_membership_dirty
CROSS JOIN link AS l ON l.target = t.target AND l.resource = t.member AND l.member = 1
JOIN resource AS r ON r.id = t.member AND r.deleted IS NULL
WHERE t.target = :target AND t.group_id = :resource AND t.dirty > 0 AND t.applied IS NOT NULL AND t.held = 0
AND NOT EXISTS (SELECT 1 FROM asked_membership AS a WHERE a.target = t.target AND a.group_id = t.group_id AND a.member = t.member);

-- mark_losses --
UPDATE target_membership AS t INDEXED BY target_membership_dirty SET held = :held
WHERE t.target = :target AND t.group_id = :resource AND t.dirty > 0 AND t.applied IS NOT NULL AND t.held = 0
AND EXISTS (SELECT 1 FROM link AS l JOIN resource AS r ON r.id = l.resource AND r.deleted IS NULL
            WHERE l.target = t.target AND l.resource = t.member AND l.member = 1)
AND NOT EXISTS (SELECT 1 FROM asked_membership AS a WHERE a.target = t.target AND a.group_id = t.group_id AND a.member = t.member);

-- held_members --
SELECT count(*) FROM target_membership WHERE target = :target AND group_id = :resource AND held IN (1, 3);
