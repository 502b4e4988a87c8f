ALTER TABLE change ADD COLUMN erased BLOB;

CREATE TABLE action (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  uid       INTEGER,
  operation TEXT NOT NULL,
  subject   TEXT NOT NULL,
  payload   TEXT,
  digest    BLOB NOT NULL,
  chain     BLOB NOT NULL,
  erased    BLOB
) STRICT;

CREATE TABLE checkpoint (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  seq   INTEGER NOT NULL,
  chain BLOB NOT NULL,
  seal  BLOB NOT NULL
) STRICT;
