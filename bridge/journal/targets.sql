-- load --
SELECT breaker, cause, reason, failures, retry_at, identity, last_run, paused, until_plan, seen FROM target WHERE name = :name;

-- save --
INSERT INTO target (name, breaker, cause, reason, failures, retry_at)
VALUES (:name, :breaker, :cause, :reason, :failures, :retry_at)
ON CONFLICT (name) DO UPDATE SET breaker = excluded.breaker, cause = excluded.cause, reason = excluded.reason,
  failures = excluded.failures, retry_at = excluded.retry_at;

-- identify --
INSERT INTO target (name, identity) VALUES (:name, :identity) ON CONFLICT (name) DO UPDATE SET identity = excluded.identity;

-- see --
INSERT INTO target (name, seen) VALUES (:name, :now) ON CONFLICT (name) DO UPDATE SET seen = excluded.seen;

-- pause --
INSERT INTO target (name, paused, until_plan) VALUES (:name, :paused, :until_plan)
ON CONFLICT (name) DO UPDATE SET paused = excluded.paused, until_plan = excluded.until_plan;

-- resume --
UPDATE target SET paused = NULL, until_plan = 0 WHERE name = :name AND paused IS NOT NULL;

-- resume_by_plan --
-- A person has read what would happen there, and let it go on.
UPDATE target SET paused = NULL, until_plan = 0 WHERE until_plan = 1 AND name = (SELECT target FROM plan WHERE id = :plan);

-- known --
SELECT name FROM target UNION SELECT DISTINCT target FROM link;
