-- Passwords on their way: sealed, one for each target that waits for it, gone when it is there.
CREATE TABLE password (
  target          TEXT NOT NULL,
  resource        TEXT NOT NULL,
  version         INTEGER NOT NULL,
  sealed          BLOB NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('waiting', 'due', 'sending', 'parked')),
  sending         INTEGER,
  at              INTEGER NOT NULL,
  expires         INTEGER NOT NULL,
  due             INTEGER NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  unsure          INTEGER NOT NULL DEFAULT 0 CHECK (unsure IN (0, 1)),
  error_class     TEXT,
  error_code      TEXT,
  error_text      TEXT,
  error_fix       TEXT,
  error_at        INTEGER,
  PRIMARY KEY (target, resource),
  CHECK ((state = 'sending') = (sending IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX password_due ON password (target, due) WHERE state IN ('due', 'parked');
CREATE INDEX password_resource ON password (resource);
