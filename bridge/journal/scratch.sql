-- What a run has read, in TEMP tables of its own connection: gone when that closes, and never in the journal.

-- make --
CREATE TEMP TABLE known (                     -- entries that were linked when the run began
  kind     TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  wish     INTEGER NOT NULL,
  judged   INTEGER NOT NULL,                  -- 1: in sync when the run began
  mark     TEXT,                              -- of the entry, as it was when it was last found as applied
  seen     INTEGER NOT NULL DEFAULT 0,        -- 1: it was read
  PRIMARY KEY (kind, entry_id)
) WITHOUT ROWID;
CREATE TEMP TABLE stranger (                  -- all others that were read
  kind     TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  place    TEXT NOT NULL,                     -- the normalised locator
  locator  TEXT NOT NULL,
  PRIMARY KEY (kind, entry_id)
) WITHOUT ROWID;
CREATE TEMP TABLE refused (                   -- links that delivery parked because others hold their place
  place    TEXT PRIMARY KEY,
  resource TEXT NOT NULL,
  wish     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE left_behind (               -- links of leavers whose entry somebody removed or moved
  resource TEXT PRIMARY KEY,
  kind     TEXT NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE alike (                     -- links whose entry is as applied, and was not known by its mark
  resource TEXT PRIMARY KEY,
  wish     INTEGER NOT NULL,
  mark     TEXT NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE found (
  ordinal  INTEGER PRIMARY KEY,
  sort     TEXT NOT NULL,
  kind     TEXT NOT NULL,
  resource TEXT,
  locator  TEXT,
  wish     INTEGER,
  detail   TEXT NOT NULL
);

-- leave_behind --
INSERT OR IGNORE INTO left_behind (resource, kind) VALUES (:resource, :kind);

-- left_behind --
SELECT resource, kind FROM left_behind ORDER BY resource;

-- remember_links --
INSERT INTO known (kind, entry_id, resource, wish, judged, mark)
SELECT kind, entry_id, resource, wish, state = 'in_sync', mark FROM link
WHERE target = :target AND entry_id IS NOT NULL ORDER BY kind, entry_id;

-- linked --
SELECT kind, count(*) FROM known GROUP BY kind;

-- see_known --
UPDATE known SET seen = 1 WHERE kind = :kind AND entry_id IN (SELECT json_extract(value, '$[0]') FROM json_each(:seen));

-- see_strangers --
INSERT OR IGNORE INTO stranger (kind, entry_id, place, locator)
SELECT :kind, json_extract(s.value, '$[0]'), json_extract(s.value, '$[1]'), json_extract(s.value, '$[2]')
FROM json_each(:seen) AS s LEFT JOIN known k ON k.kind = :kind AND k.entry_id = json_extract(s.value, '$[0]')
WHERE k.resource IS NULL;

-- see_unchanged --
UPDATE known SET seen = 1 WHERE kind = :kind AND (entry_id, mark) IN (SELECT key, value FROM json_each(:marks));

-- changed --
SELECT m.key FROM json_each(:marks) AS m LEFT JOIN known k ON k.kind = :kind AND k.entry_id = m.key
WHERE k.mark IS NOT m.value;

-- note_alike --
INSERT OR REPLACE INTO alike (resource, wish, mark)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(:alike);

-- alike --
SELECT resource, wish, mark FROM alike WHERE resource > :after ORDER BY resource LIMIT :limit;

-- count_seen --
SELECT (SELECT count(*) FROM known WHERE kind = :kind AND seen) + (SELECT count(*) FROM stranger WHERE kind = :kind);

-- count_ours --
SELECT (SELECT count(*) FROM known WHERE kind = :kind AND seen) + (SELECT count(*) FROM stranger AS s CROSS JOIN main.link AS l
  ON l.target = :target AND l.kind = s.kind AND l.entry_id = s.entry_id WHERE s.kind = :kind);

-- links_of --
-- The links of some entries, where they are unchanged since the run began: what each holds is then what was applied last.
SELECT k.resource, l.kind, l.entry_id, l.locator, l.claim, l.wish, l.applied, l.rules
FROM json_each(:ids) AS i CROSS JOIN known k ON k.kind = :kind AND k.entry_id = i.value
CROSS JOIN main.link l ON l.target = :target AND l.resource = k.resource
WHERE k.judged AND l.wish = k.wish AND l.state = 'in_sync';

-- applied_members --
SELECT applied FROM main.target_membership
WHERE target = :target AND group_id = :group AND applied IS NOT NULL;

-- keep --
INSERT INTO found (sort, kind, resource, locator, wish, detail)
VALUES (:sort, :kind, :resource, :locator, :wish, :detail);

-- count_absent --
SELECT count(*) FROM known WHERE kind = :kind AND judged AND NOT seen;

-- absent --
SELECT k.resource, l.kind, l.entry_id, l.locator, l.claim, l.wish, l.applied, l.rules
FROM known k CROSS JOIN main.link l ON l.target = :target AND l.resource = k.resource
WHERE k.kind = :kind AND k.entry_id > :after AND k.judged AND NOT k.seen AND l.wish = k.wish AND l.state = 'in_sync'
ORDER BY k.entry_id LIMIT :limit;

-- gone --
-- Delivery met these as gone and holds them; the read did not find them either.
SELECT l.resource, l.kind, l.entry_id, l.locator, l.claim, l.wish, l.applied, l.rules FROM main.link AS l INDEXED BY link_open
LEFT JOIN known k ON k.kind = l.kind AND k.entry_id = l.entry_id AND k.seen
LEFT JOIN stranger s ON s.kind = l.kind AND s.entry_id = l.entry_id
WHERE l.target = :target AND l.kind = :kind AND l.state <> 'in_sync' AND l.state = 'parked' AND l.error_class = 'Gone' AND l.resource > :after
AND l.entry_id IS NOT NULL AND k.resource IS NULL AND s.place IS NULL
ORDER BY l.resource LIMIT :limit;

-- homeless --
-- Links that have no entry, and whose delivery was refused.
SELECT resource, wish FROM main.link INDEXED BY link_open
WHERE target = :target AND kind = :kind AND state <> 'in_sync' AND state = 'parked' AND entry_id IS NULL AND resource > :after
ORDER BY resource LIMIT :limit;

-- refuse --
INSERT OR IGNORE INTO refused (place, resource, wish) VALUES (:place, :resource, :wish);

-- refs_of --
SELECT l.resource, l.kind, l.entry_id, l.locator FROM json_each(:resources) AS r
CROSS JOIN main.link l ON l.target = :target AND l.resource = r.value
WHERE l.entry_id IS NOT NULL;

-- disputed --
-- An entry of nobody where ours should be: a create was refused there, or our entry went and another came.
SELECT coalesce(r.resource, d.resource), s.locator, coalesce(r.wish, d.wish) FROM stranger s
LEFT JOIN refused r ON r.place = s.place
LEFT JOIN main.link d ON d.target = :target AND d.claim = s.place AND d.entry_id <> s.entry_id AND d.state = 'in_sync'
LEFT JOIN main.link l ON l.target = :target AND l.kind = s.kind AND l.entry_id = s.entry_id
WHERE s.kind = :kind AND (r.resource IS NOT NULL OR d.resource IS NOT NULL) AND l.resource IS NULL
ORDER BY s.entry_id;

-- foreign --
-- Entries of nobody. A place that a link claims is disputed, or a create under way.
SELECT s.locator FROM stranger s
LEFT JOIN refused r ON r.place = s.place
LEFT JOIN main.link d ON d.target = :target AND d.claim = s.place
LEFT JOIN main.link l ON l.target = :target AND l.kind = s.kind AND l.entry_id = s.entry_id
WHERE s.kind = :kind AND r.resource IS NULL AND d.resource IS NULL AND l.resource IS NULL
ORDER BY s.entry_id;

-- found --
-- Only what concerns a link that is unchanged since it was judged.
SELECT f.sort, f.kind, f.resource, f.locator, f.wish, f.detail FROM found f
LEFT JOIN main.link l ON l.target = :target AND l.resource = f.resource
WHERE f.resource IS NULL OR l.wish = f.wish AND l.state IN ('in_sync', 'parked')
ORDER BY f.ordinal;
