-- Reconciliation runs: one row each, written when it begins and when it is over.

-- abandon --
-- A run that a killed daemon left behind: there is one run per target at a time, and this one is not ours.
UPDATE run SET state = 'failed', ended = :now, reason = 'the daemon ended before the run was over'
WHERE target = :target AND state = 'reading';

-- begin --
INSERT INTO run (target, began, state) VALUES (:target, :now, 'reading') RETURNING id;

-- remember --
-- The schedule asks when the last run began, also after a restart.
INSERT INTO target (name, last_run) VALUES (:target, :now) ON CONFLICT (name) DO UPDATE SET last_run = :now;

-- end --
UPDATE run SET state = :state, ended = :now, reason = :reason, entries = :entries WHERE id = :run AND state = 'reading';

-- last_good --
SELECT id, target, began, ended, state, reason, entries FROM run
WHERE target = :target AND state = 'finished' ORDER BY id DESC LIMIT 1;

-- latest --
SELECT id, target, began, ended, state, reason, entries FROM run
WHERE target = :target ORDER BY id DESC LIMIT 1;

-- latest_ended --
SELECT id, target, began, ended, state, reason, entries FROM run
WHERE target = :target AND state <> 'reading' ORDER BY id DESC LIMIT 1;

-- last_run --
SELECT last_run FROM target WHERE name = :target;
