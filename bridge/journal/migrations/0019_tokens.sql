CREATE TABLE token (
  digest   BLOB PRIMARY KEY,                  -- SHA-256 of the token; the token itself is nowhere
  name     TEXT NOT NULL,
  client   TEXT NOT NULL,
  made     INTEGER NOT NULL,
  expires  INTEGER,                           -- not taken from then on; NULL: never
  replaced INTEGER,                           -- since when another has its name; NULL: it is the one of its name
  used     INTEGER                            -- when it was last taken, to the hour
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX token_name ON token (name) WHERE replaced IS NULL;
