-- dirty --
INSERT INTO link (target, resource, kind, state, wish, done, lane, due, verify)
VALUES (:target, :resource, :kind, 'dirty', 1, 0, :lane, :now, :verify)
ON CONFLICT (target, resource) DO UPDATE SET
  wish = wish + 1,
  state = CASE state WHEN 'sending' THEN 'sending' ELSE 'dirty' END,
  lane = CASE WHEN state IN ('dirty', 'sending') THEN min(lane, excluded.lane) ELSE excluded.lane END,
  due = excluded.due,
  attempts = 0,
  verify = max(verify, excluded.verify);

-- wish --
-- As `dirty`, for many at once.
INSERT INTO link (target, resource, kind, state, wish, done, lane, due)
VALUES (:target, :resource, :kind, 'dirty', 1, 0, :lane, :now)
ON CONFLICT (target, resource) DO UPDATE SET
  wish = wish + 1,
  state = CASE state WHEN 'sending' THEN 'sending' ELSE 'dirty' END,
  lane = CASE WHEN state IN ('dirty', 'sending') THEN min(lane, excluded.lane) ELSE excluded.lane END,
  due = excluded.due,
  attempts = 0;

-- claim --
-- The work that is due in one lane, the longest due first.
UPDATE link SET state = 'sending', sending = wish
WHERE target = :target AND state = 'dirty' AND resource IN (
  SELECT resource FROM link WHERE target = :target AND state = 'dirty' AND lane = :lane AND due <= :now
  ORDER BY due LIMIT :limit)
RETURNING resource, kind, sending, attempts, version, entry_id, locator, claim, applied, disabled, member, intent, verify, rules, lane,
  departure, departed, next_step, late, returns, restore, kept, adopted,
  EXISTS (SELECT 1 FROM hold AS h WHERE h.target = link.target AND h.resource = link.resource);

-- one --
-- As a claim would take it.
SELECT resource, kind, wish, attempts, version, entry_id, locator, claim, applied, disabled, member, intent, verify, rules, lane,
  departure, departed, next_step, late, returns, restore, kept, adopted,
  EXISTS (SELECT 1 FROM hold AS h WHERE h.target = link.target AND h.resource = link.resource)
FROM link WHERE target = :target AND resource = :resource;

-- wake_steps --
-- Steps of ladders that became due. The time is taken out: the delivery says when the next one is.
UPDATE link SET next_step = NULL, late = max(late, :late), wish = wish + 1, attempts = 0,
  state = CASE state WHEN 'sending' THEN 'sending' ELSE 'dirty' END,
  lane = CASE WHEN state IN ('dirty', 'sending') THEN lane ELSE 2 END, due = :now
WHERE target = :target AND next_step <= :now;

-- next_step --
SELECT min(next_step) FROM link WHERE target = :target AND next_step IS NOT NULL;

-- abandoned --
-- What a worker that died left behind: what came of it is not known.
UPDATE link SET state = 'dirty', sending = NULL, due = :now, verify = 1 WHERE target = :target AND state = 'sending';

-- hurry --
UPDATE link SET due = :now WHERE target = :target AND state = 'dirty' AND due > :now;

-- look_again --
-- What a place was waited for may have been left just before its holder's worker died.
UPDATE link SET due = min(due, :now) WHERE target = :target AND state = 'dirty' AND waits_claim IS NOT NULL;

-- next_due --
SELECT min(due) FROM (
  SELECT min(due) AS due FROM link WHERE target = :target AND state = 'dirty' AND lane = 0 UNION ALL
  SELECT min(due) FROM link WHERE target = :target AND state = 'dirty' AND lane = 1 UNION ALL
  SELECT min(due) FROM link WHERE target = :target AND state = 'dirty' AND lane = 2);

-- next_urgent --
SELECT min(due) FROM link WHERE target = :target AND state = 'dirty' AND lane = 0;

-- intend --
-- Who is about to make an entry has none any more: one that it had is gone, and must not be taken for the new one.
UPDATE link SET claim = :claim, intent = :intent, waits_claim = NULL,
  entry_id = CASE WHEN :intent IS NULL THEN entry_id END, locator = CASE WHEN :intent IS NULL THEN locator END,
  applied = CASE WHEN :intent IS NULL THEN applied END
WHERE target = :target AND resource = :resource AND state = 'sending';

-- wait --
UPDATE link SET waits_claim = :claim WHERE target = :target AND resource = :resource AND state = 'sending';

-- circle --
-- Whether who holds the place waits, itself or by others, for the one that we hold.
WITH RECURSIVE holder(waits) AS (
  SELECT waits_claim FROM link WHERE target = :target AND claim = :claim AND waits_claim IS NOT NULL
  UNION
  SELECT l.waits_claim FROM link AS l JOIN holder AS h ON l.target = :target AND l.claim = h.waits
  WHERE l.waits_claim IS NOT NULL)
SELECT 1 FROM holder AS h JOIN link AS own ON own.target = :target AND own.resource = :resource AND own.claim = h.waits;

-- locks --
UPDATE link SET disabled = 1 WHERE target = :target AND resource = :resource AND state = 'sending';

-- adopt --
-- An entry that was there before us.
UPDATE link SET entry_id = :entry_id, locator = :locator, claim = :claim, applied = :applied, verify = 1, adopted = 1
WHERE target = :target AND resource = :resource AND state = 'sending';

-- recognised --
UPDATE link SET entry_id = :entry_id, locator = :locator, claim = :claim, applied = :applied, disabled = :disabled,
  intent = NULL, verify = 1
WHERE target = :target AND resource = :resource AND state = 'sending';

-- settle --
UPDATE link SET
  state = CASE WHEN wish > :wish THEN 'dirty' ELSE :state END,
  done = CASE WHEN :fulfilled THEN :wish ELSE done END,
  sending = NULL,
  lane = CASE WHEN wish > :wish OR :state = 'dirty' THEN lane ELSE 1 END,
  due = CASE WHEN wish > :wish THEN :now ELSE :due END,
  attempts = CASE WHEN wish > :wish THEN 0 ELSE :attempts END,
  version = :version, entry_id = :entry_id, locator = :locator, claim = :claim, waits_claim = :waits_claim,
  waits_for = :waits_for,
  applied = :applied, disabled = :disabled, member = :member, intent = :intent, rules = :rules,
  verify = CASE WHEN wish > :wish THEN max(verify, :verify) ELSE :verify END,
  departure = :departure, departed = :departed, next_step = :next_step, returns = :returns, kept = :kept, adopted = :adopted,
  restore = CASE WHEN :fulfilled AND wish = :wish THEN NULL ELSE restore END,
  late = CASE WHEN :fulfilled AND wish = :wish THEN 0 ELSE late END,
  error_class = :error, error_code = :code, error_attribute = :attribute, error_text = :text, error_fix = :fix,
  error_at = CASE WHEN :error IS NULL THEN NULL ELSE :now END
WHERE target = :target AND resource = :resource AND state = 'sending' AND sending = :wish;

-- behind --
-- The first of these targets that is to have the resource and has not this version of it yet.
SELECT min(target) FROM link WHERE resource = :resource AND version < :version AND target IN (SELECT value FROM json_each(:targets));

-- wake_followers --
-- The target has the resource: who comes after it may go on.
UPDATE link SET due = :now, waits_for = NULL WHERE waits_for = :target AND resource = :resource AND state = 'dirty' RETURNING target;

-- wake_waiting --
-- The order among the targets may be another one now.
UPDATE link SET due = :now, waits_for = NULL WHERE waits_for IS NOT NULL AND state = 'dirty' RETURNING target;

-- waiting_for --
SELECT waits_for, count(*) FROM link WHERE target = :target AND state = 'dirty' AND waits_for IS NOT NULL GROUP BY waits_for;

-- applied --
SELECT applied FROM link WHERE target = :target AND resource = :resource;

-- claimant --
SELECT resource FROM link WHERE target = :target AND claim = :claim;

-- wake_claim --
-- Who waits for the place, also where only a person could have freed it.
UPDATE link SET due = :now, waits_claim = NULL, wish = wish + (state = 'parked'), state = 'dirty'
WHERE target = :target AND waits_claim = :claim AND state IN ('dirty', 'parked');

-- ref --
SELECT kind, entry_id, locator, member FROM link WHERE target = :target AND resource = :resource AND entry_id IS NOT NULL;

-- owner --
SELECT resource, claim FROM link WHERE target = :target AND kind = :kind AND entry_id = :entry_id;

-- forget_references --
DELETE FROM reference WHERE target = :target AND resource = :resource;

-- refer --
INSERT INTO reference (target, resource, attribute, names) VALUES (:target, :resource, :attribute, :names) ON CONFLICT DO NOTHING;

-- named_by --
SELECT r.resource, l.kind FROM reference AS r JOIN link AS l ON l.target = r.target AND l.resource = r.resource
WHERE r.target = :target AND r.names = :resource;

-- groups_naming --
SELECT m.group_id, l.kind FROM target_membership AS m JOIN link AS l ON l.target = m.target AND l.resource = m.group_id
WHERE m.target = :target AND m.member = :resource;

-- concerned --
-- Whether anybody waits elsewhere until the target has it; any group or entry names it, or it names any; it has a password.
SELECT EXISTS (SELECT 1 FROM link WHERE waits_for = :target AND resource = :resource),
       EXISTS (SELECT 1 FROM target_membership WHERE target = :target AND member = :resource)
    OR EXISTS (SELECT 1 FROM target_membership WHERE target = :target AND group_id = :resource)
    OR EXISTS (SELECT 1 FROM reference WHERE target = :target AND names = :resource)
    OR EXISTS (SELECT 1 FROM reference WHERE target = :target AND resource = :resource),
       EXISTS (SELECT 1 FROM password WHERE target = :target AND resource = :resource);

-- is_deleted --
SELECT 1 FROM resource WHERE id = :resource AND deleted IS NOT NULL;

-- stir_member --
UPDATE target_membership SET dirty = dirty + 1 WHERE target = :target AND member = :resource;

-- strayed_member --
-- Beside the member's own row, one of nobody: what it holds is to be removed.
INSERT INTO target_membership (target, group_id, member, applied)
SELECT target, group_id, member || ' strayed', :text FROM target_membership WHERE target = :target AND member = :resource
ON CONFLICT DO UPDATE SET applied = excluded.applied, dirty = dirty + 1;

-- stir_password --
-- The user's entry came, went, or may be used again.
UPDATE password SET state = CASE WHEN :entry_id IS NULL THEN 'waiting' ELSE 'due' END, due = :now
WHERE target = :target AND resource = :resource AND state <> 'sending';

-- stir_group --
UPDATE target_membership SET dirty = dirty + 1 WHERE target = :target AND group_id = :resource;

-- dirty_members --
-- By their index: SQLite without statistics would read every member of the group.
SELECT t.member, t.applied, t.sent, t.dirty, t.held,
       EXISTS (SELECT 1 FROM asked_membership AS a WHERE a.target = t.target AND a.group_id = t.group_id AND a.member = t.member) AS asked,
       NOT EXISTS (SELECT 1 FROM resource AS r WHERE r.id = t.member AND r.deleted IS NULL) AS deleted,
       l.kind, l.entry_id, l.locator, coalesce(l.member, 0)
FROM target_membership AS t INDEXED BY target_membership_dirty
LEFT JOIN link AS l ON l.target = t.target AND l.resource = t.member
WHERE t.target = :target AND t.group_id = :resource AND t.dirty > 0 LIMIT :limit;

-- sent_before --
-- It was sent under another text, and how that came out is not known: beside its own row, one of nobody, to be removed.
INSERT INTO target_membership (target, group_id, member, applied)
SELECT target, group_id, member || ' ' || sent, sent FROM target_membership
WHERE target = :target AND group_id = :group AND member = :member AND sent IS NOT NULL AND sent IS NOT :sent AND sent IS NOT applied
ON CONFLICT DO UPDATE SET dirty = dirty + 1;

-- send_member --
UPDATE target_membership SET sent = :sent WHERE target = :target AND group_id = :group AND member = :member;

-- settle_member --
UPDATE target_membership SET applied = :applied, sent = NULL,
  dirty = CASE dirty WHEN :dirty THEN 0 ELSE dirty END, held = CASE dirty WHEN :dirty THEN :held ELSE held END
WHERE target = :target AND group_id = :group AND member = :member;

-- sweep_members --
-- A row that says nothing any more: not asked for, not there.
DELETE FROM target_membership WHERE target = :target AND group_id = :group AND member = :member AND applied IS NULL AND dirty = 0
AND NOT EXISTS (SELECT 1 FROM asked_membership AS a WHERE a.target = :target AND a.group_id = :group AND a.member = :member);

-- applied_members --
SELECT member, applied FROM target_membership WHERE target = :target AND group_id = :resource AND applied IS NOT NULL;

-- lost_member --
UPDATE target_membership SET applied = NULL, dirty = dirty + 1 WHERE target = :target AND group_id = :group AND member = :member;

-- forget_group --
DELETE FROM target_membership WHERE target = :target AND group_id = :resource;

-- still_member --
-- A group that is in itself goes all the same.
SELECT 1 FROM target_membership WHERE target = :target AND member = :resource AND group_id <> :resource AND (applied IS NOT NULL OR sent IS NOT NULL) LIMIT 1;

-- wake --
UPDATE link SET due = :now WHERE target = :target AND resource = :resource AND state = 'dirty' AND due > :now;

-- unpark --
UPDATE link SET state = 'dirty', due = :now, attempts = 0
WHERE target = :target AND state = 'parked' AND error_code = :code AND error_at >= :since;

-- adopt_resources --
-- Resources that the target has no link for yet: a new target, or a kind it did not take before.
INSERT INTO link (target, resource, kind, state, wish, done, lane, due)
SELECT :target, r.id, :kind, 'dirty', 1, 0, 2, :now FROM resource AS r
WHERE r.tenant = :tenant AND r.type = :type AND r.deleted IS NULL
AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.target = :target AND l.resource = r.id);

-- missed_changes --
-- While the config named the target, a change made its link dirty: these changed while it did not.
UPDATE link SET state = 'dirty', wish = wish + 1, lane = 2, due = :now, attempts = 0
WHERE target = :target AND kind = :kind AND state IN ('in_sync', 'parked') AND EXISTS (
  SELECT 1 FROM resource AS r WHERE r.id = link.resource AND r.version > link.version
  AND (link.state = 'in_sync' OR r.modified > link.error_at));

-- adopt_memberships --
-- Of the groups that are due anyhow: a group that is in sync has rows for all its members, unless a person unlinked it.
INSERT INTO target_membership (target, group_id, member, dirty)
SELECT :target, m.group_id, m.member, 1 FROM link AS l JOIN membership AS m ON m.group_id = l.resource
WHERE l.target = :target AND l.kind = :kind AND (l.state <> 'in_sync' OR l.rules IS NULL) ON CONFLICT DO NOTHING;

-- missed_leavers --
UPDATE target_membership AS t SET dirty = dirty + 1
WHERE target = :target AND dirty = 0
AND group_id IN (SELECT resource FROM link WHERE target = :target AND kind = :kind AND state <> 'in_sync')
AND NOT EXISTS (SELECT 1 FROM asked_membership AS a WHERE a.target = t.target AND a.group_id = t.group_id AND a.member = t.member);

-- other_rules --
UPDATE link SET state = 'dirty', wish = wish + 1, lane = 2, due = :now, attempts = 0
WHERE target = :target AND kind = :kind AND rules IS NOT :rules AND rules IS NOT NULL AND state IN ('in_sync', 'parked');

-- counts --
SELECT state, count(*) FROM link WHERE target = :target GROUP BY state;

-- count_parked --
SELECT count(*) FROM link WHERE target = :target AND state = 'parked';

-- linked --
SELECT count(*) FROM link WHERE target = :target AND entry_id IS NOT NULL;

-- oldest --
SELECT min(c.at) FROM link AS l JOIN change AS c ON c.resource = l.resource AND c.version > l.version
WHERE l.target = :target AND l.state IN ('dirty', 'sending');

-- waiting --
SELECT (SELECT count(*) FROM target_membership AS t WHERE t.target = :target AND t.applied IS NULL)
     + (SELECT count(*) FROM reference AS r LEFT JOIN link AS l ON l.target = r.target AND l.resource = r.names
        WHERE r.target = :target AND l.entry_id IS NULL);

-- parked --
SELECT l.target, l.resource, l.kind, l.error_class, l.error_code, l.error_attribute, l.error_text, l.error_fix, l.error_at,
       coalesce(json_extract(r.body, '$.userName'), json_extract(r.body, '$.displayName'), l.resource)
FROM link AS l LEFT JOIN resource AS r ON r.id = l.resource
WHERE l.state = 'parked' AND (:target IS NULL OR l.target = :target) ORDER BY l.error_at DESC LIMIT :limit;
