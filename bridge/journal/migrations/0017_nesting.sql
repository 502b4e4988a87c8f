-- Groups in groups, at targets whose groups hold users alone.
ALTER TABLE target ADD COLUMN flattens INTEGER NOT NULL DEFAULT 0 CHECK (flattens IN (0, 1));
CREATE VIEW asked_membership AS
SELECT t.target, t.group_id, t.member FROM target_membership AS t
WHERE CASE WHEN (SELECT flattens FROM target WHERE name = t.target)
THEN NOT EXISTS (SELECT 1 FROM resource AS r WHERE r.id = t.member AND r.type = 'Group') AND EXISTS (
  WITH RECURSIVE above (id) AS (
    SELECT m.group_id FROM membership AS m WHERE m.member = t.member
    UNION
    SELECT m.group_id FROM above AS a CROSS JOIN resource AS g ON g.id = a.id
    CROSS JOIN resource AS own ON own.id = t.group_id AND own.tenant = g.tenant CROSS JOIN membership AS m ON m.member = a.id)
  SELECT 1 FROM above WHERE id = t.group_id)
ELSE EXISTS (SELECT 1 FROM membership AS m WHERE m.group_id = t.group_id AND m.member = t.member) END;
