-- Plans and their findings. What is approved, rejected or superseded is never changed again.

-- insert_plan --
INSERT INTO plan (id, target, run, state, made, decided, reason)
VALUES (:id, :target, :run, :state, :now, :decided, :reason);

-- next_id --
SELECT :target || '@' || (coalesce(max(rowid), 0) + 1) FROM plan;

-- link --
SELECT wish, entry_id IS NOT NULL FROM link WHERE target = :target AND resource = :resource;

-- insert_finding --
INSERT INTO finding (plan, ordinal, sort, kind, resource, locator, wish, detail)
VALUES (:plan, :ordinal, :sort, :kind, :resource, :locator, :wish, :detail);

-- supersede --
-- A newer read says what is true now; what an older plan intended is void.
UPDATE plan SET state = 'superseded', decided = :now WHERE target = :target AND run IS NOT NULL AND state IN ('reported', 'held');

-- decide --
UPDATE plan SET state = :state, decided = :now WHERE id = :id AND state IN ('reported', 'held');

-- get --
SELECT id, target, run, state, made, decided, reason, revision FROM plan WHERE id = :id;

-- findings --
SELECT sort, kind, resource, locator, wish, detail FROM finding WHERE plan = :id ORDER BY ordinal;

-- listing --
-- The newest first.
SELECT id, target, run, state, made, decided, reason, revision FROM plan
WHERE :target IS NULL OR target = :target ORDER BY made DESC, rowid DESC LIMIT :limit;

-- held --
SELECT id, target, run, state, made, decided, reason, revision FROM plan WHERE target = :target AND state = 'held' ORDER BY made;

-- declined --
-- What a person rejected stays rejected until the wish changes.
SELECT f.sort, f.kind, f.resource, f.locator, f.wish, f.detail
FROM finding f JOIN plan p ON p.id = f.plan JOIN link l ON l.target = p.target AND l.resource = f.resource
WHERE p.target = :target AND p.state = 'rejected' AND l.wish = f.wish;

-- named --
-- Resources that a person may mean: by id, by user name, by display name.
SELECT id FROM resource WHERE id = :name OR json_extract(body, '$.userName') = :name OR json_extract(body, '$.displayName') = :name;

-- unchanged --
-- Whether a link is still as it was when the finding was made.
SELECT 1 FROM link WHERE target = :target AND resource = :resource AND wish = :wish AND state IN ('in_sync', 'parked');

-- forget_entry --
-- A person says that the entry is gone for good: delivery makes another one.
UPDATE link SET entry_id = NULL, locator = NULL, applied = NULL, disabled = 0
WHERE target = :target AND resource = :resource AND wish = :wish AND state IN ('in_sync', 'parked');

-- forget_members --
UPDATE target_membership SET applied = NULL, sent = NULL, dirty = dirty + 1 WHERE target = :target AND group_id = :resource;
