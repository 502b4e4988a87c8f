-- An entry that is to the byte what it was when it was last found as applied needs no comparing.
ALTER TABLE link ADD COLUMN mark TEXT;
CREATE TRIGGER link_unmarked AFTER UPDATE OF entry_id, locator, claim, applied, rules ON link WHEN NEW.mark IS NOT NULL AND
(OLD.entry_id, OLD.locator, OLD.claim, OLD.applied, OLD.rules) IS NOT (NEW.entry_id, NEW.locator, NEW.claim, NEW.applied, NEW.rules)
BEGIN
  UPDATE link SET mark = NULL WHERE target = NEW.target AND resource = NEW.resource;
END;
