-- Entries that were there before us: their adoption and what it would write over wait for a person.
ALTER TABLE hold RENAME TO hold_before;
DROP INDEX hold_plan;
DROP INDEX hold_state;
CREATE TABLE hold (
  target    TEXT NOT NULL,
  resource  TEXT NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN
    ('disable', 'delete', 'leave', 'rename', 'clear', 'members', 'strangers', 'revert', 'adopt', 'overwrite')),
  state     TEXT NOT NULL CHECK (state IN ('held', 'approved', 'rejected')),
  plan      TEXT NOT NULL REFERENCES plan (id),
  revision  INTEGER NOT NULL,
  version   INTEGER NOT NULL,
  subject   TEXT NOT NULL,
  count     INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (target, resource, operation)
) STRICT, WITHOUT ROWID;
INSERT INTO hold SELECT * FROM hold_before;
DROP TABLE hold_before;
CREATE INDEX hold_plan ON hold (plan, state);
CREATE INDEX hold_state ON hold (target, state);
ALTER TABLE link ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1));
