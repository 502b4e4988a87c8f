-- Guards on live traffic: what was spent of the budgets, and what waits for a person.
CREATE TABLE hold (
  target    TEXT NOT NULL,
  resource  TEXT NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN ('disable', 'delete', 'leave', 'rename', 'clear', 'members', 'strangers', 'revert')),
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
CREATE INDEX hold_plan ON hold (plan, state);
CREATE INDEX hold_state ON hold (target, state);

CREATE TABLE spent (
  target    TEXT NOT NULL,
  guard     TEXT NOT NULL,
  at        INTEGER NOT NULL,
  resource  TEXT NOT NULL,
  operation TEXT NOT NULL,
  version   INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  linked    INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_at ON spent (target, at);
CREATE INDEX spent_resource ON spent (target, resource);

ALTER TABLE plan ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE target_membership ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1, 2, 3));
