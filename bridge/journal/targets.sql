-- load --
SELECT breaker, cause, reason, failures, retry_at, identity, last_run FROM target WHERE name = :name;

-- save --
INSERT INTO target (name, breaker, cause, reason, failures, retry_at)
VALUES (:name, :breaker, :cause, :reason, :failures, :retry_at)
ON CONFLICT (name) DO UPDATE SET breaker = excluded.breaker, cause = excluded.cause, reason = excluded.reason,
  failures = excluded.failures, retry_at = excluded.retry_at;

-- identify --
INSERT INTO target (name, identity) VALUES (:name, :identity) ON CONFLICT (name) DO UPDATE SET identity = excluded.identity;
