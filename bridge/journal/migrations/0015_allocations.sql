-- Values that pools gave out, and those that were found in use: no value is ever given twice.
CREATE TABLE allocation (
  pool     TEXT NOT NULL,
  key      TEXT NOT NULL,
  value    ANY NOT NULL,
  resource TEXT,
  given    INTEGER NOT NULL DEFAULT 0 CHECK (given IN (0, 1)),
  used     INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
  PRIMARY KEY (pool, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX allocation_resource ON allocation (pool, resource) WHERE resource IS NOT NULL;
CREATE INDEX allocation_given ON allocation (pool, key) WHERE given = 1;
