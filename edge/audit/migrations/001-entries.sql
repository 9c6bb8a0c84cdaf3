-- The chain of events, and its head: without the head, cutting off the last entries would not show.
--
-- Nothing may be changed or deleted, and nothing be put in but behind the last entry. These rules
-- stop mistakes; against somebody who can drop them stands the chain of hashes.

CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY,
    previous TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TABLE head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

-- The hash before the first entry: 64 zeros.
INSERT INTO head (only, sequence, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN (NEW.sequence - 1, NEW.previous) IS NOT (SELECT sequence, hash FROM head)
BEGIN
    SELECT raise(ABORT, 'an entry follows the head');
END;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN
    SELECT raise(ABORT, 'an entry never changes');
END;

CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN
    SELECT raise(ABORT, 'an entry never goes');
END;

CREATE TRIGGER head_follows BEFORE UPDATE ON head
WHEN NOT EXISTS (
    SELECT 1 FROM entries
    WHERE sequence = OLD.sequence + 1 AND sequence = NEW.sequence
        AND previous = OLD.hash AND hash = NEW.hash
)
BEGIN
    SELECT raise(ABORT, 'the head follows the entries');
END;

CREATE TRIGGER head_is_one BEFORE INSERT ON head
BEGIN
    SELECT raise(ABORT, 'there is one head');
END;

CREATE TRIGGER head_never_goes BEFORE DELETE ON head
BEGIN
    SELECT raise(ABORT, 'the head never goes');
END;
