-- How far each destination has come in the record of events, and what could not be delivered.
--
-- The cursor is the number of the last entry that the other end has confirmed or that was passed
-- over; it never goes back but when the record itself was begun anew. Of what was passed over there
-- is a count, of what was refused a list.

CREATE TABLE installation (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id TEXT NOT NULL
) STRICT;

-- By chance: two doors at one broker must not take each other's place.
INSERT INTO installation (only, id) VALUES (1, lower(hex(randomblob(6))));

CREATE TABLE destinations (
    name TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL CHECK (cursor >= 0),
    delivered INTEGER NOT NULL DEFAULT 0,
    delivered_at TEXT,
    passed_over INTEGER NOT NULL DEFAULT 0,
    -- Of the entry behind the cursor: how often it was tried, and not before when again.
    tries INTEGER NOT NULL DEFAULT 0,
    try_after TEXT,
    fault TEXT NOT NULL DEFAULT '',
    -- What the destination keeps beside its place.
    memory TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE given_up (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
