-- Leavers whose entries a returner may take over.

-- leavers --
-- Who was deleted, has an entry still, and had these keys.
SELECT l.resource, l.locator FROM link AS l JOIN resource AS r ON r.id = l.resource AND r.deleted IS NOT NULL
JOIN resource AS own ON own.id = :resource AND own.tenant = r.tenant
WHERE l.target = :target AND l.kind = :kind AND l.returns = :returns AND l.entry_id IS NOT NULL AND l.resource <> :resource LIMIT 2;

-- at_rest --
-- The leaver's link, where nothing that was sent about its entry can still arrive.
SELECT entry_id, locator, claim, applied, disabled FROM link
WHERE target = :target AND resource = :leaver AND entry_id IS NOT NULL
AND state <> 'sending' AND NOT (state = 'dirty' AND verify = 1);

-- let_go --
UPDATE link SET entry_id = NULL, locator = NULL, claim = NULL, applied = NULL, disabled = 0, member = 0, intent = NULL, verify = 0,
  departure = NULL, departed = NULL, next_step = NULL, late = 0, returns = NULL, restore = NULL, kept = NULL, adopted = 0
WHERE target = :target AND resource = :leaver;

-- take --
UPDATE link SET entry_id = :entry_id, locator = :locator, claim = :claim, applied = :applied, disabled = :disabled, verify = 1
WHERE target = :target AND resource = :resource AND state = 'sending';

-- inherit_memberships --
-- What the target's groups hold of the entry. Who is not asked for any more leaves them with the departure that was.
INSERT INTO target_membership (target, group_id, member, applied, sent, dirty, held)
SELECT target, group_id, :resource, applied, sent, 1, :allowed FROM target_membership
WHERE target = :target AND member = :leaver AND (applied IS NOT NULL OR sent IS NOT NULL)
ON CONFLICT (target, group_id, member) DO UPDATE SET applied = excluded.applied, sent = excluded.sent, dirty = dirty + 1,
  held = excluded.held;

-- forget_memberships --
DELETE FROM target_membership WHERE target = :target AND member = :leaver;

-- holder --
SELECT l.resource, l.kind, l.entry_id, l.locator, l.state, coalesce(l.departure, 'disabled') <> 'disabled', r.deleted IS NOT NULL
FROM link AS l JOIN resource AS r ON r.id = l.resource
WHERE l.target = :target AND l.resource = :resource;
