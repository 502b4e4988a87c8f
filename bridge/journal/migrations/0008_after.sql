-- What waits until another target has it; woken by that target's settle.
ALTER TABLE link ADD COLUMN waits_for TEXT;
CREATE INDEX link_waits_for ON link (waits_for, resource) WHERE waits_for IS NOT NULL;
