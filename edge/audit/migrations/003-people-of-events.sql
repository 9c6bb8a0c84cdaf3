-- What is personal in an event lies encrypted in its body, under a key of its person.
--
-- The chain is over the encrypted text, so it holds whether the key is still there or not. Erasing a
-- person deletes her row here: with it go the key and the list of her events, and what is left in
-- the bodies is noise that no longer tells which of them belong together.

CREATE TABLE subjects (
    row INTEGER PRIMARY KEY,
    -- Empty for a text about nobody who is enrolled: it has a key of its own, to be erased alone.
    person_id TEXT UNIQUE,
    -- Empty for people of whom only older, readable events tell so far.
    key BLOB CHECK (length(key) = 32)
) STRICT;

CREATE TABLE mentions (
    sequence INTEGER PRIMARY KEY REFERENCES entries (sequence) ON DELETE CASCADE,
    subject INTEGER NOT NULL REFERENCES subjects (row) ON DELETE CASCADE
) STRICT;

CREATE INDEX mentions_by_subject ON mentions (subject, sequence);

-- Events that were recorded before are found the same way.
INSERT INTO subjects (person_id) SELECT DISTINCT person_id FROM entries WHERE person_id IS NOT NULL;
INSERT INTO mentions (sequence, subject)
SELECT entries.sequence, subjects.row FROM entries JOIN subjects USING (person_id);

DROP INDEX entries_by_person;
DROP INDEX entries_by_kind;
ALTER TABLE entries DROP COLUMN person_id;
CREATE INDEX entries_by_kind ON entries (kind, at, outcome, reason, similarity, door);
