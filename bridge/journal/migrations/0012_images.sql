-- What entries held before something was taken away, and the wish of a person to have it back.
CREATE TABLE image (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  target    TEXT NOT NULL,
  resource  TEXT NOT NULL,
  kind      TEXT NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN ('lock', 'strip', 'move', 'delete', 'overwrite')),
  locked    INTEGER NOT NULL CHECK (locked IN (0, 1)),
  entry     TEXT NOT NULL,
  groups    TEXT NOT NULL
) STRICT;
CREATE INDEX image_resource ON image (resource, target, at);
CREATE INDEX image_at ON image (at);
ALTER TABLE link ADD COLUMN restore INTEGER;
ALTER TABLE link ADD COLUMN kept INTEGER;
