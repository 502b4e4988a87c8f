-- The journal as it is now. The migrations, run in order on an empty file, must give exactly this (a test holds it).
-- Times are INTEGER milliseconds since 1970-01-01T00:00:00Z. JSON columns hold UTF-8 text written by orjson.

-- What the clients described. A deleted resource stays as a tombstone (deleted IS NOT NULL) until every target applied it.
CREATE TABLE resource (
  seq         INTEGER PRIMARY KEY,            -- order of creation: the order of lists
  id          TEXT NOT NULL UNIQUE,
  tenant      TEXT NOT NULL,
  type        TEXT NOT NULL,                  -- User, Group, ...
  version     INTEGER NOT NULL,
  unique_key  TEXT,                           -- userName after NFKC and case folding; NULL where the type has none
  external_id TEXT,
  body        TEXT NOT NULL,                  -- JSON: no id, meta, members, groups or password
  created     INTEGER NOT NULL,
  modified    INTEGER NOT NULL,
  deleted     INTEGER,
  display_key TEXT,                           -- displayName after NFKC and case folding
  active      INTEGER                         -- 0, 1; NULL where the body does not say
) STRICT;
CREATE UNIQUE INDEX resource_unique ON resource (tenant, type, unique_key) WHERE deleted IS NULL AND unique_key IS NOT NULL;
CREATE INDEX resource_external ON resource (tenant, type, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX resource_list ON resource (tenant, type, seq, active, deleted) WHERE deleted IS NULL;
CREATE INDEX resource_display ON resource (tenant, type, display_key, seq, deleted) WHERE deleted IS NULL;
CREATE INDEX resource_created ON resource (tenant, type, created, seq, deleted) WHERE deleted IS NULL;
CREATE INDEX resource_modified ON resource (tenant, type, modified, seq, deleted) WHERE deleted IS NULL;
CREATE INDEX resource_buried ON resource (deleted) WHERE deleted IS NOT NULL;

-- How many resources live, by tenant and type: a list of all says so, and counting a million takes a while.
CREATE TABLE population (
  tenant TEXT NOT NULL,
  type   TEXT NOT NULL,
  living INTEGER NOT NULL,
  PRIMARY KEY (tenant, type)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER resource_came AFTER INSERT ON resource WHEN NEW.deleted IS NULL
BEGIN
  INSERT INTO population (tenant, type, living) VALUES (NEW.tenant, NEW.type, 1) ON CONFLICT DO UPDATE SET living = living + 1;
END;
CREATE TRIGGER resource_went AFTER UPDATE OF deleted ON resource WHEN OLD.deleted IS NULL AND NEW.deleted IS NOT NULL
BEGIN
  UPDATE population SET living = living - 1 WHERE tenant = NEW.tenant AND type = NEW.type;
END;

-- The addresses of living resources (emails.value after NFKC and case folding) → resource, each once.
CREATE TABLE email (
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,                       -- of the resource
  PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

-- Group → member. `member` may name a resource that does not exist (clients repeat what they know).
CREATE TABLE membership (
  group_id TEXT NOT NULL,
  member   TEXT NOT NULL,
  type     TEXT NOT NULL,                     -- User or Group
  display  TEXT,
  PRIMARY KEY (group_id, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_member ON membership (member, group_id);

-- One accepted request about a resource; never edited. The chain runs over digests, so a payload can be erased.
CREATE TABLE change (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  tenant    TEXT NOT NULL,
  client    TEXT NOT NULL,
  resource  TEXT NOT NULL,
  type      TEXT NOT NULL,
  version   INTEGER NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN ('create', 'replace', 'patch', 'delete')),
  payload   TEXT,                             -- JSON: the request as accepted, without password; NULL once erased
  digest    BLOB NOT NULL,
  chain     BLOB NOT NULL,
  erased    BLOB                              -- our mark that we erased the payload; who has no key cannot make it
) STRICT;
CREATE INDEX change_resource ON change (resource, seq);

-- What an operator or the daemon did; numbered and chained with the changes, in one order.
CREATE TABLE action (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  actor     TEXT NOT NULL,                    -- operator, daemon
  uid       INTEGER,                          -- of the operator, as the kernel says it
  operation TEXT NOT NULL,                    -- approve, reject, reload, ...
  subject   TEXT NOT NULL,                    -- a plan, a target; empty: the bridge itself
  payload   TEXT,                             -- JSON: what else is to be known; NULL once erased
  digest    BLOB NOT NULL,
  chain     BLOB NOT NULL,
  erased    BLOB
) STRICT;

-- Where the chain begins since older rows were pruned; sealed. No row: it begins at the first.
CREATE TABLE checkpoint (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  seq   INTEGER NOT NULL,                     -- the last number that was pruned
  chain BLOB NOT NULL,                        -- the head of the chain as it was there
  seal  BLOB NOT NULL
) STRICT;

-- Where the chain ends now, and the proof of the key the journal was made with. One row.
CREATE TABLE head (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  seq   INTEGER NOT NULL,
  chain BLOB NOT NULL,
  proof BLOB NOT NULL
) STRICT;

-- What we know of a resource at a target (DESIGN.md §2, §6). The states are in bridge/plans/states.py.
CREATE TABLE link (
  target          TEXT NOT NULL,
  resource        TEXT NOT NULL,
  kind            TEXT NOT NULL,              -- users, groups: the config's word
  state           TEXT NOT NULL CHECK (state IN ('in_sync', 'dirty', 'sending', 'parked')),
  wish            INTEGER NOT NULL,           -- counts every reason to deliver
  done            INTEGER NOT NULL,           -- the wish that was fulfilled last
  sending         INTEGER,                    -- the wish read at the claim; NULL unless state = 'sending'
  lane            INTEGER NOT NULL DEFAULT 1 CHECK (lane IN (0, 1, 2)),   -- urgent, normal, bulk and reconciliation
  due             INTEGER NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  version         INTEGER NOT NULL DEFAULT 0, -- of the resource, as last applied
  entry_id        TEXT,
  locator         TEXT,                       -- where the entry is (DN, URL, row key)
  claim           TEXT,                       -- the normalised locator, ours alone until the entry is gone
  waits_claim     TEXT,                       -- a locator we want and somebody else of ours still holds
  applied         TEXT,                       -- JSON: the entry as last applied (attribute → values)
  disabled        INTEGER NOT NULL DEFAULT 0, -- 1: we disabled the entry, or may have: so we may enable it
  member          INTEGER NOT NULL DEFAULT 0, -- 1: groups at the target may name the entry
  intent          TEXT,                       -- JSON: a create that was or is about to be sent
  verify          INTEGER NOT NULL DEFAULT 0, -- 1: compare with the entry at the target, not with `applied`
  rules           TEXT,                       -- fingerprint of the rules `applied` was made by
  error_class     TEXT,
  error_code      TEXT,
  error_attribute TEXT,
  error_text      TEXT,
  error_fix       TEXT,
  error_at        INTEGER,
  waits_for       TEXT,                       -- the target that must have the resource first
  departure       TEXT CHECK (departure IN ('disabled', 'left scope', 'deleted')),   -- how it leaves; NULL: it is there to stay
  departed        INTEGER,                    -- when the first step of that was taken
  next_step       INTEGER,                    -- when the next step is due; NULL: there is none, or it was woken for it
  late            INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),   -- 1: a step became due while nobody could see it come
  returns         TEXT,                       -- digest of the keys by which who left is known again
  restore         INTEGER,                    -- a person wants the entry back as it was at this time
  kept            INTEGER,                    -- the resource's version that is not delivered, for a person restored the entry
  adopted         INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1)),   -- 1: the entry was there before us, and is not written over yet
  mark            TEXT,                       -- of the entry, to the byte, as it was when it was last found as applied
  PRIMARY KEY (target, resource),
  CHECK ((state = 'sending') = (sending IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX link_due ON link (target, lane, due) WHERE state = 'dirty';
CREATE INDEX link_open ON link (target, state) WHERE state <> 'in_sync';
CREATE UNIQUE INDEX link_entry ON link (target, kind, entry_id) WHERE entry_id IS NOT NULL;
CREATE UNIQUE INDEX link_claim ON link (target, claim) WHERE claim IS NOT NULL;
CREATE INDEX link_waits_claim ON link (target, waits_claim) WHERE waits_claim IS NOT NULL;
CREATE INDEX link_resource ON link (resource);
CREATE TRIGGER link_unmarked AFTER UPDATE OF entry_id, locator, claim, applied, rules ON link WHEN NEW.mark IS NOT NULL AND
(OLD.entry_id, OLD.locator, OLD.claim, OLD.applied, OLD.rules) IS NOT (NEW.entry_id, NEW.locator, NEW.claim, NEW.applied, NEW.rules)
BEGIN
  UPDATE link SET mark = NULL WHERE target = NEW.target AND resource = NEW.resource;
END;
CREATE INDEX link_waits_for ON link (waits_for, resource) WHERE waits_for IS NOT NULL;
CREATE INDEX link_returns ON link (target, kind, returns) WHERE returns IS NOT NULL;
CREATE INDEX link_step ON link (target, next_step) WHERE next_step IS NOT NULL;

-- What a target holds of each membership: wanted or not, and the text it was applied as (NULL: not there).
CREATE TABLE target_membership (
  target   TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member   TEXT NOT NULL,
  applied  TEXT,
  dirty    INTEGER NOT NULL DEFAULT 1,      -- counts what happened since it was last looked at; 0: nothing
  -- whether it may be removed: 0 not asked, 1 held, 2 allowed, 3 rejected
  held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1, 2, 3)),
  sent     TEXT,                            -- the text as which it was or is about to be added; NULL: that is settled
  PRIMARY KEY (target, group_id, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX target_membership_dirty ON target_membership (target, group_id) WHERE dirty > 0;
CREATE INDEX target_membership_member ON target_membership (target, member);

-- Which of them SCIM asks for: members; where the target flattens, whoever is in the group or in one below it, without the groups.
-- The way up from a member leads through groups of the group's own tenant alone.
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

-- What waits for a person: one operation on one entry. The link goes on; only this part of it is left out.
CREATE TABLE hold (
  target    TEXT NOT NULL,
  resource  TEXT NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN
    ('disable', 'delete', 'leave', 'rename', 'clear', 'members', 'strangers', 'revert', 'adopt', 'overwrite')),
  state     TEXT NOT NULL CHECK (state IN ('held', 'approved', 'rejected')),
  plan      TEXT NOT NULL REFERENCES plan (id),
  revision  INTEGER NOT NULL,               -- of the plan, when this joined it or changed last
  version   INTEGER NOT NULL,               -- of the resource that was judged
  subject   TEXT NOT NULL,                  -- what of it, where the operation does not say (attributes, a digest of the place)
  count     INTEGER NOT NULL,               -- members that would go; 1 where it is about the entry
  reason    TEXT NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (target, resource, operation)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_plan ON hold (plan, state);
CREATE INDEX hold_state ON hold (target, state);

-- What the guards let pass in the last 24 hours, written before it was sent: ten restarts are not ten allowances.
CREATE TABLE spent (
  target    TEXT NOT NULL,
  guard     TEXT NOT NULL,
  at        INTEGER NOT NULL,
  resource  TEXT NOT NULL,
  operation TEXT NOT NULL,
  version   INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  linked    INTEGER NOT NULL                -- entries that were linked then: the oldest row says it of its window
) STRICT;
CREATE INDEX spent_at ON spent (target, at);
CREATE INDEX spent_resource ON spent (target, resource);

-- Passwords on their way: sealed, one for each target that waits for it, gone when it is there. The states are in
-- bridge/plans/password_states.py.
CREATE TABLE password (
  target          TEXT NOT NULL,
  resource        TEXT NOT NULL,
  version         INTEGER NOT NULL,           -- of the resource that the password came with
  sealed          BLOB NOT NULL,              -- AES-GCM: opens for this target, resource and version alone
  state           TEXT NOT NULL CHECK (state IN ('waiting', 'due', 'sending', 'parked')),
  sending         INTEGER,                    -- the version read at the claim; NULL unless state = 'sending'
  at              INTEGER NOT NULL,
  expires         INTEGER NOT NULL,
  due             INTEGER NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  unsure          INTEGER NOT NULL DEFAULT 0 CHECK (unsure IN (0, 1)),    -- 1: an earlier sending may have arrived
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
-- What an entry held before something of it was taken away; never a password. Goes with the payloads of changes.
CREATE TABLE image (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  target    TEXT NOT NULL,
  resource  TEXT NOT NULL,
  kind      TEXT NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN ('lock', 'strip', 'move', 'delete', 'overwrite')),
  locked    INTEGER NOT NULL CHECK (locked IN (0, 1)),   -- by us
  entry     TEXT NOT NULL,                    -- JSON: what a create could write again
  groups    TEXT NOT NULL                     -- JSON: the groups that named it
) STRICT;
CREATE INDEX image_resource ON image (resource, target, at);
CREATE INDEX image_at ON image (at);

-- Values that pools gave out, and those that were found in use: no value is ever given twice, nor any row deleted.
CREATE TABLE allocation (
  pool     TEXT NOT NULL,
  key      TEXT NOT NULL,                     -- the value as it is compared: numbers with leading zeros, names folded
  value    ANY NOT NULL,
  resource TEXT,                              -- whose it is; NULL: it was found in use, or given to somebody in vain
  given    INTEGER NOT NULL DEFAULT 0 CHECK (given IN (0, 1)),   -- 1: by us, in order
  used     INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),    -- 1: it stands in an entry of the resource
  PRIMARY KEY (pool, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX allocation_resource ON allocation (pool, resource) WHERE resource IS NOT NULL;
CREATE INDEX allocation_given ON allocation (pool, key) WHERE given = 1;

-- What a resource's entry names beside members (its manager); woken when that is linked, moves or goes.
CREATE TABLE reference (
  target    TEXT NOT NULL,
  resource  TEXT NOT NULL,
  attribute TEXT NOT NULL,
  names     TEXT NOT NULL,                    -- the SCIM id of the resource that is named
  PRIMARY KEY (target, resource, attribute, names)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_names ON reference (target, names);

-- What survives a restart about a target itself: ten restarts must not mean ten bad binds.
CREATE TABLE target (
  name     TEXT PRIMARY KEY,
  breaker  TEXT NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half_open')),
  cause    TEXT,                              -- the error class that opened it
  reason   TEXT,                              -- the plain sentence
  failures INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER,
  identity TEXT,                              -- of its base, as first probed
  last_run INTEGER,                           -- when its last reconciliation began
  paused   TEXT,                              -- why nothing is written to it now; NULL: it is not paused
  until_plan INTEGER NOT NULL DEFAULT 0 CHECK (until_plan IN (0, 1)), -- 1: an approved plan of it resumes it
  seen     INTEGER,                           -- when its deliverer last looked at the clock, about
  flattens INTEGER NOT NULL DEFAULT 0 CHECK (flattens IN (0, 1)) -- 1: its groups get the users of the groups in them
) STRICT;

-- One reconciliation of one target, and its outcome.
CREATE TABLE run (
  id       INTEGER PRIMARY KEY,
  target   TEXT NOT NULL,
  began    INTEGER NOT NULL,
  ended    INTEGER,
  state    TEXT NOT NULL CHECK (state IN ('reading', 'finished', 'not_credible', 'failed')),
  reason   TEXT,
  entries  TEXT                               -- JSON: kind → entries read
) STRICT;
CREATE INDEX run_target ON run (target, id);

-- An exact list of intended changes, that can be read, approved or rejected.
CREATE TABLE plan (
  id      TEXT PRIMARY KEY,
  target  TEXT NOT NULL,
  run     INTEGER,
  state   TEXT NOT NULL CHECK (state IN ('reported', 'held', 'approved', 'rejected', 'superseded')),
  made    INTEGER NOT NULL,
  decided INTEGER,
  reason  TEXT NOT NULL,                      -- why it is in this state: which limit, which policy
  revision INTEGER NOT NULL DEFAULT 0         -- of a plan of held live changes: raised by each that joins
) STRICT;
CREATE INDEX plan_target ON plan (target, state);

CREATE TABLE finding (
  plan     TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  ordinal  INTEGER NOT NULL,
  sort     TEXT NOT NULL CHECK (sort IN ('missing', 'different', 'foreign', 'disputed', 'gone')),
  kind     TEXT NOT NULL,
  resource TEXT,                              -- NULL: foreign
  locator  TEXT,
  wish     INTEGER,                           -- of the link when it was judged
  detail   TEXT NOT NULL,                     -- JSON: attribute names and operations, never values
  PRIMARY KEY (plan, ordinal)
) STRICT, WITHOUT ROWID;

-- What each channel was told and is still so: a restart tells nothing twice.
CREATE TABLE alert (
  channel TEXT NOT NULL,                      -- webhook, command
  key     TEXT NOT NULL,                      -- what it is about
  text    TEXT NOT NULL,
  at      INTEGER NOT NULL,                   -- since when it is so
  PRIMARY KEY (channel, key)
) STRICT, WITHOUT ROWID;

-- The tokens of clients, but for those that the config names.
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
