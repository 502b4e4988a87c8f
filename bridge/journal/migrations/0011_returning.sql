-- By which keys a leaver who returns is known again.
ALTER TABLE link ADD COLUMN returns TEXT;
CREATE INDEX link_returns ON link (target, kind, returns) WHERE returns IS NOT NULL;
