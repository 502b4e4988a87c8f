-- What filters and orders are answered by: names and addresses folded, whether it is active, when it was changed.
ALTER TABLE resource ADD COLUMN display_key TEXT;
ALTER TABLE resource ADD COLUMN active INTEGER;
UPDATE resource SET
  display_key = CASE json_type(body, '$.displayName') WHEN 'text' THEN fold(json_extract(body, '$.displayName')) END,
  active = CASE json_type(body, '$.active') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END;

DROP INDEX resource_list;
CREATE INDEX resource_list ON resource (tenant, type, seq, active, deleted) WHERE deleted IS NULL;
CREATE INDEX resource_display ON resource (tenant, type, display_key, seq, deleted) WHERE deleted IS NULL;
CREATE INDEX resource_created ON resource (tenant, type, created, seq, deleted) WHERE deleted IS NULL;
CREATE INDEX resource_modified ON resource (tenant, type, modified, seq, deleted) WHERE deleted IS NULL;

CREATE TABLE email (
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO email (key, seq)
SELECT DISTINCT fold(json_extract(e.value, '$.value')), r.seq FROM resource AS r, json_each(r.body, '$.emails') AS e
WHERE r.deleted IS NULL AND json_type(r.body, '$.emails') = 'array'
AND CASE e.type WHEN 'object' THEN json_type(e.value, '$.value') = 'text' END;
