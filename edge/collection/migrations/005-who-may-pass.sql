-- Who may pass which door and when: groups, PINs, badges of duress, the rules, and who is inside.
--
-- A group is known by its name alone, since the rules that tell what it may do are one document.
-- A person may be in a group of which the rules do not speak yet; it opens nothing then.

ALTER TABLE badges ADD COLUMN duress INTEGER NOT NULL DEFAULT FALSE
    CONSTRAINT duress_flag CHECK (duress IN (FALSE, TRUE));

CREATE TABLE memberships (
    collection INTEGER NOT NULL REFERENCES collections (row),
    person INTEGER NOT NULL,
    group_name TEXT NOT NULL
        CONSTRAINT group_name_form CHECK (length(group_name) BETWEEN 1 AND 64),
    PRIMARY KEY (collection, person, group_name),
    FOREIGN KEY (collection, person) REFERENCES people (collection, row) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_group ON memberships (collection, group_name, person);

CREATE TRIGGER membership_fixed BEFORE UPDATE ON memberships BEGIN
    SELECT raise(ABORT, 'membership_fixed');
END;
CREATE TRIGGER membership_inserted AFTER INSERT ON memberships BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.person);
END;
CREATE TRIGGER membership_deleted AFTER DELETE ON memberships BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.person);
END;

-- A PIN is never stored, only what a keyed hash makes of it (pins.py). `wrong` counts the wrong
-- ones in a row, so that neither a restart nor a second door gives more attempts.
CREATE TABLE pins (
    person INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections (row),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    duress_hash BLOB CHECK (length(duress_hash) = 32),
    wrong INTEGER NOT NULL DEFAULT 0 CHECK (wrong >= 0),
    locked_until TEXT,
    changed_at TEXT NOT NULL,
    FOREIGN KEY (collection, person) REFERENCES people (collection, row) ON DELETE CASCADE
) STRICT;

-- Copies in memory know that there is a PIN, no more: a counter that moves is nothing to them.
CREATE TRIGGER pin_inserted AFTER INSERT ON pins BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.person);
END;
CREATE TRIGGER pin_handed_over AFTER UPDATE OF person ON pins BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.person);
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.person);
END;
CREATE TRIGGER pin_deleted AFTER DELETE ON pins BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.person);
END;

-- The rules of the site, whole, once for every time that somebody changed them. The newest holds.
CREATE TABLE rule_versions (
    version INTEGER PRIMARY KEY CHECK (version >= 1),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT NOT NULL CONSTRAINT note_length CHECK (length(note) <= 200),
    document TEXT NOT NULL
) STRICT;

CREATE TRIGGER rule_version_follows BEFORE INSERT ON rule_versions
WHEN NEW.version <> (SELECT ifnull(max(version), 0) + 1 FROM rule_versions) BEGIN
    SELECT raise(ABORT, 'rule_version_follows');
END;
CREATE TRIGGER rule_version_fixed BEFORE UPDATE ON rule_versions BEGIN
    SELECT raise(ABORT, 'rule_version_fixed');
END;
CREATE TRIGGER rule_version_kept BEFORE DELETE ON rule_versions BEGIN
    SELECT raise(ABORT, 'rule_version_kept');
END;

-- What somebody is about to make of version `base`; 0 where there was none yet.
CREATE TABLE rule_drafts (
    actor TEXT PRIMARY KEY,
    base INTEGER NOT NULL CHECK (base >= 0),
    at TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;

-- Where somebody went last, by which door, and when. Whoever is outside has no row.
CREATE TABLE whereabouts (
    person INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections (row),
    area TEXT NOT NULL CHECK (length(area) BETWEEN 1 AND 64),
    since TEXT NOT NULL,
    door TEXT NOT NULL,
    FOREIGN KEY (collection, person) REFERENCES people (collection, row) ON DELETE CASCADE
) STRICT;

CREATE INDEX whereabouts_by_area ON whereabouts (collection, area, since);
