-- The first shape: named collections, the people in them, their faces as vectors, their badges.
--
-- `row` is the number by which tables refer to each other, and never used twice (AUTOINCREMENT),
-- so that a copy in memory cannot take a new person for a deleted one. Times are text, aware UTC,
-- of one width. No column can hold an image.

CREATE TABLE collections (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id TEXT NOT NULL UNIQUE
        CONSTRAINT collection_id_form CHECK (
            length(collection_id) BETWEEN 1 AND 255
            AND collection_id NOT GLOB '*[^-a-zA-Z0-9_.]*'
        ),
    model_name TEXT NOT NULL,
    model_digest TEXT NOT NULL,
    dimension INTEGER NOT NULL CONSTRAINT dimension_range CHECK (dimension BETWEEN 1 AND 8192),
    created_at TEXT NOT NULL,
    faces INTEGER NOT NULL DEFAULT 0,
    people INTEGER NOT NULL DEFAULT 0
) STRICT;

-- `vector` is the fused vector that a door searches, NULL for a person without faces. `sort_name`
-- is the name without case and accents, by which people are listed and found.
CREATE TABLE people (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id TEXT NOT NULL UNIQUE,
    collection INTEGER NOT NULL REFERENCES collections (row),
    name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    external_id TEXT,
    valid_from TEXT,
    valid_until TEXT,
    consent_text_version TEXT,
    consent_agreed_at TEXT,
    consent_method TEXT,
    vector BLOB
        CONSTRAINT person_unit_vector CHECK (
            vector IS NULL OR ifnull(
                abs(vec_distance_l2(vector, zeroblob(length(vector))) - 1) <= 0.001, FALSE
            )
        ),
    created_at TEXT NOT NULL,
    UNIQUE (collection, row),
    CONSTRAINT person_validity CHECK (ifnull(valid_from <= valid_until, TRUE)),
    CONSTRAINT consent_whole CHECK (
        (consent_text_version IS NULL) = (consent_agreed_at IS NULL)
        AND (consent_text_version IS NULL) = (consent_method IS NULL)
    )
) STRICT;

CREATE INDEX people_by_name ON people (collection, sort_name, person_id);
CREATE UNIQUE INDEX people_by_external_id ON people (collection, external_id)
    WHERE external_id IS NOT NULL;

-- A face may belong to nobody yet. It cannot belong to a person of another collection. The
-- length of a vector that is NaN or not a number is NULL, which the check takes for wrong.
CREATE TABLE faces (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    face_id TEXT NOT NULL UNIQUE,
    collection INTEGER NOT NULL REFERENCES collections (row),
    person INTEGER,
    external_image_id TEXT
        CONSTRAINT external_image_id_form CHECK (
            length(external_image_id) BETWEEN 1 AND 255
            AND external_image_id NOT GLOB '*[^-a-zA-Z0-9_.:]*'
        ),
    box_left REAL NOT NULL,
    box_top REAL NOT NULL,
    box_width REAL NOT NULL,
    box_height REAL NOT NULL,
    confidence REAL NOT NULL,
    sharpness REAL NOT NULL,
    brightness REAL NOT NULL,
    yaw REAL NOT NULL,
    pitch REAL NOT NULL,
    roll REAL NOT NULL,
    size REAL NOT NULL,
    occlusion REAL NOT NULL,
    weight REAL NOT NULL,
    reasons TEXT NOT NULL,
    vector BLOB NOT NULL
        CONSTRAINT face_unit_vector CHECK (
            ifnull(abs(vec_distance_l2(vector, zeroblob(length(vector))) - 1) <= 0.001, FALSE)
        ),
    created_at TEXT NOT NULL,
    FOREIGN KEY (collection, person) REFERENCES people (collection, row) ON DELETE CASCADE
) STRICT;

CREATE INDEX faces_by_collection ON faces (collection, face_id);
CREATE INDEX faces_by_person ON faces (collection, person);

CREATE TABLE badges (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collections (row),
    person INTEGER NOT NULL,
    number TEXT NOT NULL CONSTRAINT badge_number_form CHECK (length(number) BETWEEN 1 AND 64),
    valid_from TEXT,
    valid_until TEXT,
    revoked_at TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (collection, number),
    CONSTRAINT badge_validity CHECK (ifnull(valid_from <= valid_until, TRUE)),
    FOREIGN KEY (collection, person) REFERENCES people (collection, row) ON DELETE CASCADE
) STRICT;

CREATE INDEX badges_by_person ON badges (collection, person);

-- A vector has the dimension of its collection: one of another length cannot be compared.
CREATE TRIGGER face_dimension BEFORE INSERT ON faces
WHEN length(NEW.vector) <> 4 * (SELECT dimension FROM collections WHERE row = NEW.collection)
BEGIN
    SELECT raise(ABORT, 'face_dimension');
END;

CREATE TRIGGER person_dimension_inserted BEFORE INSERT ON people
WHEN length(NEW.vector) <> 4 * (SELECT dimension FROM collections WHERE row = NEW.collection)
BEGIN
    SELECT raise(ABORT, 'person_dimension');
END;

CREATE TRIGGER person_dimension_updated BEFORE UPDATE OF vector ON people
WHEN length(NEW.vector) <> 4 * (SELECT dimension FROM collections WHERE row = NEW.collection)
BEGIN
    SELECT raise(ABORT, 'person_dimension');
END;

-- What something is never changes: a collection's model, a face's vector, who is in which.
CREATE TRIGGER collection_fixed
BEFORE UPDATE OF collection_id, model_name, model_digest, dimension ON collections
BEGIN
    SELECT raise(ABORT, 'collection_fixed');
END;

CREATE TRIGGER person_fixed BEFORE UPDATE OF row, person_id, collection ON people
BEGIN
    SELECT raise(ABORT, 'person_fixed');
END;

CREATE TRIGGER face_fixed BEFORE UPDATE OF row, face_id, collection, vector ON faces
BEGIN
    SELECT raise(ABORT, 'face_fixed');
END;

-- A collection knows how many it holds: counting a million rows for every answer would be slow.
CREATE TRIGGER person_counted AFTER INSERT ON people
BEGIN
    UPDATE collections SET people = people + 1 WHERE row = NEW.collection;
END;

CREATE TRIGGER person_uncounted AFTER DELETE ON people
BEGIN
    UPDATE collections SET people = people - 1 WHERE row = OLD.collection;
END;

CREATE TRIGGER face_counted AFTER INSERT ON faces
BEGIN
    UPDATE collections SET faces = faces + 1 WHERE row = NEW.collection;
END;

CREATE TRIGGER face_uncounted AFTER DELETE ON faces
BEGIN
    UPDATE collections SET faces = faces - 1 WHERE row = OLD.collection;
END;
