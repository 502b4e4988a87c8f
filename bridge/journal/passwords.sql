-- put --
-- The newest takes the place of one that is there; one that is being sent is sent to its end first.
INSERT INTO password (target, resource, version, sealed, state, at, expires, due)
VALUES (:target, :resource, :version, :sealed,
  CASE WHEN EXISTS (SELECT 1 FROM link AS l WHERE l.target = :target AND l.resource = :resource AND l.entry_id IS NOT NULL)
  THEN 'due' ELSE 'waiting' END, :now, :expires, :now)
ON CONFLICT (target, resource) DO UPDATE SET
  version = excluded.version, sealed = excluded.sealed,
  state = CASE state WHEN 'sending' THEN 'sending' ELSE excluded.state END,
  at = excluded.at, expires = excluded.expires, due = excluded.due, attempts = 0, unsure = 0,
  error_class = NULL, error_code = NULL, error_text = NULL, error_fix = NULL, error_at = NULL;

-- erase_older --
DELETE FROM password WHERE resource = :resource AND version < :version;

-- erase_of --
DELETE FROM password WHERE resource = :resource;

-- erase_all --
DELETE FROM password;

-- expire --
DELETE FROM password WHERE expires <= :now RETURNING target, resource;

-- claim --
-- What is due and has an entry that nobody is writing to now, the longest due first.
UPDATE password SET state = 'sending', sending = version
WHERE target = :target AND resource IN (
  SELECT p.resource FROM password AS p JOIN link AS l ON l.target = p.target AND l.resource = p.resource
  WHERE p.target = :target AND p.state IN ('due', 'parked') AND p.due <= :now AND p.expires > :now
  AND l.state <> 'sending' AND l.entry_id IS NOT NULL
  ORDER BY p.due LIMIT :limit)
RETURNING resource, version, sealed, attempts, unsure;

-- next_due --
SELECT p.due FROM password AS p JOIN link AS l ON l.target = p.target AND l.resource = p.resource
WHERE p.target = :target AND p.state IN ('due', 'parked') AND p.expires > :now
AND l.state <> 'sending' AND l.entry_id IS NOT NULL
ORDER BY p.due LIMIT 1;

-- delivered --
DELETE FROM password WHERE target = :target AND resource = :resource AND sending = :version AND version = :version;

-- settle --
-- What is not delivered; where a newer one came meanwhile, that one is due.
UPDATE password SET
  state = CASE WHEN version > :version THEN 'due' ELSE :state END,
  sending = NULL,
  due = CASE WHEN version > :version THEN :now ELSE :due END,
  attempts = CASE WHEN version > :version THEN 0 ELSE :attempts END,
  unsure = CASE WHEN version > :version THEN 0 ELSE :unsure END,
  error_class = CASE WHEN version > :version THEN NULL ELSE :error END,
  error_code = CASE WHEN version > :version THEN NULL ELSE :code END,
  error_text = CASE WHEN version > :version THEN NULL ELSE :text END,
  error_fix = CASE WHEN version > :version THEN NULL ELSE :fix END,
  error_at = CASE WHEN version > :version OR :error IS NULL THEN NULL ELSE :now END
WHERE target = :target AND resource = :resource AND sending = :version;

-- retry --
-- What is refused or put off is due now.
UPDATE password SET state = 'due', due = :now, attempts = 0
WHERE target = :target AND (state = 'parked' OR (state = 'due' AND due > :now))
AND (:resource IS NULL OR resource = :resource) AND (:code IS NULL OR error_code = :code);

-- one --
SELECT state, at, expires, due, attempts, error_class, error_code, error_text, error_fix
FROM password WHERE target = :target AND resource = :resource;

-- hurry --
UPDATE password SET due = :now WHERE target = :target AND state = 'due' AND due > :now;

-- abandoned --
-- What a worker that died was sending may have arrived, unless it was an older one.
UPDATE password SET state = 'due', unsure = (sending = version), sending = NULL, due = :now
WHERE target = :target AND state = 'sending';

-- counts --
SELECT count(*) FILTER (WHERE state <> 'parked'), count(*) FILTER (WHERE state = 'parked'),
       min(at) FILTER (WHERE state <> 'parked')
FROM password WHERE target = :target;

-- parked --
SELECT p.target, p.resource, p.error_class, p.error_code, p.error_text, p.error_fix, p.error_at, p.due, p.expires,
       coalesce(json_extract(r.body, '$.userName'), json_extract(r.body, '$.displayName'), p.resource)
FROM password AS p LEFT JOIN resource AS r ON r.id = p.resource
WHERE p.state = 'parked' ORDER BY p.error_at DESC LIMIT :limit;
