-- What a collection needs to be used like one of Amazon Rekognition: which faces came from one
-- picture, tags, and the answers to requests that may be repeated.

-- Nothing is known of the pictures of earlier faces: each counts as one of its own.
ALTER TABLE faces ADD COLUMN image_id TEXT NOT NULL DEFAULT '';
UPDATE faces SET image_id = face_id;

CREATE TRIGGER face_image_fixed BEFORE UPDATE OF image_id ON faces BEGIN
    SELECT raise(ABORT, 'face_image_fixed');
END;

CREATE TABLE tags (
    collection INTEGER NOT NULL REFERENCES collections (row) ON DELETE CASCADE,
    key TEXT NOT NULL CONSTRAINT tag_key_form CHECK (length(key) BETWEEN 1 AND 128),
    value TEXT NOT NULL CONSTRAINT tag_value_form CHECK (length(value) <= 256),
    PRIMARY KEY (collection, key)
) STRICT;

-- A client that heard no answer asks again, with the same token: it gets the answer given then, and
-- nothing is done twice. `digest` tells a repetition from another request with the same token.
CREATE TABLE answers (
    token TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    answer TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX answers_by_age ON answers (at);
