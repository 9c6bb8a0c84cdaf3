-- What changed last, so that a copy in memory reads the changed rows only.
--
-- Every change of a person (name, validity, badges, fused vector) or of a face moves its one entry
-- to the end. The entry of a deleted row stays: numbers only, nothing about anybody.

CREATE TABLE changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'face')),
    row INTEGER NOT NULL,
    UNIQUE (kind, row) ON CONFLICT REPLACE
) STRICT;

CREATE INDEX changes_by_collection ON changes (collection, kind, sequence);

CREATE TRIGGER person_inserted AFTER INSERT ON people BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.row);
END;
CREATE TRIGGER person_updated AFTER UPDATE ON people BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.row);
END;
CREATE TRIGGER person_deleted AFTER DELETE ON people BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.row);
END;

CREATE TRIGGER badge_inserted AFTER INSERT ON badges BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.person);
END;
CREATE TRIGGER badge_updated AFTER UPDATE ON badges BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.person);
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.person);
END;
CREATE TRIGGER badge_deleted AFTER DELETE ON badges BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.person);
END;

CREATE TRIGGER face_inserted AFTER INSERT ON faces BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'face', NEW.row);
END;
CREATE TRIGGER face_updated AFTER UPDATE ON faces BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'face', NEW.row);
END;
CREATE TRIGGER face_deleted AFTER DELETE ON faces BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'face', OLD.row);
END;
