-- of_resource --
-- How far each target is with one resource. `held` is no state of a link: it is in sync but for what waits for a person, or
-- was rejected by one. `waits`: what it names (a member, a manager) is not there yet, and will come.
SELECT l.target,
       CASE WHEN l.state = 'in_sync' AND EXISTS (SELECT 1 FROM hold AS h WHERE h.target = l.target AND h.resource = l.resource
         AND h.state <> 'approved') THEN 'held' ELSE l.state END AS state,
       l.version, l.due, l.locator,
       l.error_class, l.error_code, l.error_attribute, l.error_text, l.error_fix, l.error_at,
       coalesce(t.breaker, 'closed'), t.cause, t.reason, t.retry_at,
       EXISTS (SELECT 1 FROM target_membership AS m LEFT JOIN link AS n ON n.target = m.target AND n.resource = m.member
               WHERE m.target = l.target AND m.group_id = l.resource AND m.applied IS NULL
               AND (n.state IS NULL OR n.state <> 'in_sync'))
       OR
       EXISTS (SELECT 1 FROM reference AS r LEFT JOIN link AS n ON n.target = r.target AND n.resource = r.names
               WHERE r.target = l.target AND r.resource = l.resource AND n.entry_id IS NULL
               AND (n.state IS NULL OR n.state <> 'in_sync')) AS waits,
       l.waits_for
FROM link AS l LEFT JOIN target AS t ON t.name = l.target
WHERE l.resource = :resource ORDER BY l.target;

-- progress --
-- The same in short, for who waits for it.
SELECT l.target,
       CASE WHEN l.state = 'in_sync' AND EXISTS (SELECT 1 FROM hold AS h WHERE h.target = l.target AND h.resource = l.resource
         AND h.state <> 'approved') THEN 'held' ELSE l.state END AS state,
       l.version
FROM link AS l WHERE l.resource = :resource;
