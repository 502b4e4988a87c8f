-- The ladder of leavers: how and since when a resource leaves a target, and when the next step is due.
ALTER TABLE link ADD COLUMN departure TEXT CHECK (departure IN ('disabled', 'left scope', 'deleted'));
ALTER TABLE link ADD COLUMN departed INTEGER;
ALTER TABLE link ADD COLUMN next_step INTEGER;
ALTER TABLE link ADD COLUMN late INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1));
CREATE INDEX link_step ON link (target, next_step) WHERE next_step IS NOT NULL;
ALTER TABLE target ADD COLUMN seen INTEGER;
