-- Checkpoints: the chain's head, signed by the device. And the root: how far old events were removed.
--
-- An event may go only behind the root, and the root moves only to a checkpoint, which then stands
-- for all that was before it. As before, these rules stop mistakes, not somebody who can drop them.

CREATE TABLE checkpoints (
    number INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    signature TEXT NOT NULL,
    sequence INTEGER AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.sequence') END) VIRTUAL,
    head TEXT AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.head') END) VIRTUAL,
    at TEXT AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.at') END) VIRTUAL
) STRICT;

CREATE INDEX checkpoints_by_sequence ON checkpoints (sequence);

CREATE TABLE root (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

INSERT INTO root (only, sequence, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER root_is_one BEFORE INSERT ON root
BEGIN
    SELECT raise(ABORT, 'there is one root');
END;

CREATE TRIGGER root_never_goes BEFORE DELETE ON root
BEGIN
    SELECT raise(ABORT, 'the root never goes');
END;

CREATE TRIGGER root_moves_to_a_checkpoint BEFORE UPDATE ON root
WHEN NEW.sequence <= OLD.sequence OR NOT EXISTS (
    SELECT 1 FROM checkpoints WHERE sequence = NEW.sequence AND head = NEW.hash
)
BEGIN
    SELECT raise(ABORT, 'the root moves on to a checkpoint');
END;

DROP TRIGGER entries_never_go;
CREATE TRIGGER entries_go_behind_the_root BEFORE DELETE ON entries
WHEN OLD.sequence > (SELECT sequence FROM root)
BEGIN
    SELECT raise(ABORT, 'an entry never goes');
END;

CREATE TRIGGER checkpoints_follow BEFORE INSERT ON checkpoints
WHEN NEW.number <> ifnull((SELECT max(number) FROM checkpoints), 0) + 1
BEGIN
    SELECT raise(ABORT, 'a checkpoint follows the last one');
END;

CREATE TRIGGER checkpoints_never_change BEFORE UPDATE ON checkpoints
BEGIN
    SELECT raise(ABORT, 'a checkpoint never changes');
END;

CREATE TRIGGER checkpoints_go_behind_the_root BEFORE DELETE ON checkpoints
WHEN OLD.sequence >= (SELECT sequence FROM root)
BEGIN
    SELECT raise(ABORT, 'a checkpoint never goes');
END;
