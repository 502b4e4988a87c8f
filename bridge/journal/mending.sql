-- What a person looks at and mends by hand: links one by one.

-- named --
-- Resources that a person may mean: by id, user name, external id or display name; who lives comes first, then the last deleted.
SELECT id FROM resource
WHERE id = :name OR unique_key = :key OR external_id = :name
   OR json_extract(body, '$.userName') = :name OR json_extract(body, '$.displayName') = :name
ORDER BY deleted IS NOT NULL, deleted DESC;

-- of_resource --
SELECT l.target, l.resource, l.kind, l.state, l.lane, l.wish, l.done, l.due, l.attempts, l.version, l.entry_id, l.locator, l.claim,
       l.waits_claim, l.waits_for, l.disabled, l.member, l.intent IS NOT NULL, l.verify, l.error_class, l.error_code, l.error_attribute,
       l.error_text, l.error_fix, l.error_at, l.departure, l.departed, l.next_step,
       coalesce(json_extract(r.body, '$.userName'), json_extract(r.body, '$.displayName'), l.resource)
FROM link AS l LEFT JOIN resource AS r ON r.id = l.resource WHERE l.resource = :resource ORDER BY l.target;

-- unfinished --
-- What is not done, parked first, then what is due first.
SELECT l.target, l.resource, l.kind, l.state, l.lane, l.wish, l.done, l.due, l.attempts, l.version, l.entry_id, l.locator, l.claim,
       l.waits_claim, l.waits_for, l.disabled, l.member, l.intent IS NOT NULL, l.verify, l.error_class, l.error_code, l.error_attribute,
       l.error_text, l.error_fix, l.error_at, l.departure, l.departed, l.next_step,
       coalesce(json_extract(r.body, '$.userName'), json_extract(r.body, '$.displayName'), l.resource)
FROM link AS l LEFT JOIN resource AS r ON r.id = l.resource
WHERE l.state <> 'in_sync' AND (:target IS NULL OR l.target = :target) AND (:state IS NULL OR l.state = :state)
ORDER BY l.state = 'parked' DESC, l.lane, l.due LIMIT :limit;

-- how_many --
SELECT count(*) FROM link
WHERE state <> 'in_sync' AND (:target IS NULL OR target = :target) AND (:state IS NULL OR state = :state);

-- unpark --
UPDATE link SET state = 'dirty', due = :now, attempts = 0
WHERE target = :target AND state = 'parked' AND (:resource IS NULL OR resource = :resource) AND (:code IS NULL OR error_code = :code);

-- hasten --
UPDATE link SET due = :now, attempts = 0
WHERE target = :target AND state = 'dirty' AND due > :now AND (:resource IS NULL OR resource = :resource)
AND (:code IS NULL OR error_code = :code);

-- bind --
-- The resource's entry is this one; nothing is known of it yet but where it is.
UPDATE link SET state = 'dirty', wish = wish + 1, lane = 1, due = :now, attempts = 0, version = 0, entry_id = :entry_id,
  locator = :locator, claim = :claim, waits_claim = NULL, applied = NULL, disabled = 0, member = 0, intent = NULL, verify = 1,
  departure = NULL, departed = NULL, next_step = NULL, late = 0, returns = NULL, restore = NULL, kept = NULL, adopted = 0
WHERE target = :target AND resource = :resource AND state <> 'sending';

-- forget --
-- There is no entry of ours; it is made anew when SCIM changes the resource, and not before: new rules leave it alone too.
UPDATE link SET state = 'in_sync', done = wish, due = :now, attempts = 0, entry_id = NULL, locator = NULL, claim = NULL,
  waits_claim = NULL, waits_for = NULL, applied = NULL, disabled = 0, member = 0, intent = NULL, verify = 0, rules = NULL,
  departure = NULL, departed = NULL, next_step = NULL, late = 0, returns = NULL, restore = NULL, kept = NULL, adopted = 0,
  version = coalesce((SELECT r.version FROM resource AS r WHERE r.id = link.resource), version),
  error_class = NULL, error_code = NULL, error_attribute = NULL, error_text = NULL, error_fix = NULL, error_at = NULL
WHERE target = :target AND resource = :resource AND state <> 'sending';

-- forget_members --
-- What we put into the group is to be put there again where it is asked for.
UPDATE target_membership SET applied = NULL, sent = NULL, held = 0, dirty = dirty + 1 WHERE target = :target AND group_id = :resource;

-- forget_memberships --
-- The groups at the target keep the entry; it is not ours to take out any more.
UPDATE target_membership SET applied = NULL, sent = NULL, held = 0, dirty = 0 WHERE target = :target AND member = :resource;

-- forget_references --
DELETE FROM reference WHERE target = :target AND resource = :resource;

-- changes --
SELECT seq, at, client, operation, version, payload FROM change WHERE resource = :resource ORDER BY seq DESC LIMIT :limit;

-- members --
-- A group's members at a target: how many it has of us, how many are to be put in or taken out, how many of those wait for an
-- entry of their own, and how many stay because a person has to decide or said so.
SELECT count(*) FILTER (WHERE applied IS NOT NULL),
       count(*) FILTER (WHERE asked AND applied IS NULL AND is_there),
       count(*) FILTER (WHERE NOT asked AND applied IS NOT NULL AND held NOT IN (1, 3)),
       count(*) FILTER (WHERE asked AND applied IS NULL AND NOT is_there),
       count(*) FILTER (WHERE NOT asked AND applied IS NOT NULL AND held IN (1, 3))
FROM (SELECT t.applied, t.held,
             EXISTS (SELECT 1 FROM asked_membership AS a WHERE a.target = t.target AND a.group_id = t.group_id AND a.member = t.member) AS asked,
             coalesce(l.entry_id IS NOT NULL AND l.member, 0) AS is_there
      FROM target_membership AS t LEFT JOIN link AS l ON l.target = t.target AND l.resource = t.member
      WHERE t.target = :target AND t.group_id = :resource);
