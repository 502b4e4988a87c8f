CREATE TABLE alert (
  channel TEXT NOT NULL,                      -- webhook, command
  key     TEXT NOT NULL,                      -- what it is about
  text    TEXT NOT NULL,
  at      INTEGER NOT NULL,                   -- since when it is so
  PRIMARY KEY (channel, key)
) STRICT, WITHOUT ROWID;
