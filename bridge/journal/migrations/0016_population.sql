-- How many resources live, by tenant and type: a list of all says so, and counting a million takes a while.
CREATE TABLE population (
  tenant TEXT NOT NULL,
  type   TEXT NOT NULL,
  living INTEGER NOT NULL,
  PRIMARY KEY (tenant, type)
) STRICT, WITHOUT ROWID;
INSERT INTO population (tenant, type, living)
SELECT tenant, type, count(*) FROM resource WHERE deleted IS NULL GROUP BY tenant, type;
CREATE TRIGGER resource_came AFTER INSERT ON resource WHEN NEW.deleted IS NULL
BEGIN
  INSERT INTO population (tenant, type, living) VALUES (NEW.tenant, NEW.type, 1) ON CONFLICT DO UPDATE SET living = living + 1;
END;
CREATE TRIGGER resource_went AFTER UPDATE OF deleted ON resource WHEN OLD.deleted IS NULL AND NEW.deleted IS NOT NULL
BEGIN
  UPDATE population SET living = living - 1 WHERE tenant = NEW.tenant AND type = NEW.type;
END;
