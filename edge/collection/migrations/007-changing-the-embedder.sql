-- A site changes its embedder: what the former one made stays beside, until everybody is enrolled anew.
--
-- `faces` and `people.vector` hold vectors of one embedder, that of the collection, as ever. Those of
-- the former one lie in a table and in columns of their own, so that no query that does not know of
-- them can mix the two.

CREATE TABLE former_embedders (
    collection INTEGER PRIMARY KEY REFERENCES collections (row) ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    model_name TEXT NOT NULL,
    model_digest TEXT NOT NULL,
    dimension INTEGER NOT NULL
        CONSTRAINT former_dimension_range CHECK (dimension BETWEEN 1 AND 8192),
    since TEXT NOT NULL
) STRICT;

-- Faces as in `faces`, under the numbers they had there.
CREATE TABLE former_faces (
    row INTEGER PRIMARY KEY,
    face_id TEXT NOT NULL UNIQUE,
    collection INTEGER NOT NULL REFERENCES former_embedders (collection) ON DELETE CASCADE,
    person INTEGER,
    external_image_id TEXT,
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
        CONSTRAINT former_face_unit_vector CHECK (
            ifnull(abs(vec_distance_l2(vector, zeroblob(length(vector))) - 1) <= 0.001, FALSE)
        ),
    created_at TEXT NOT NULL,
    image_id TEXT NOT NULL,
    FOREIGN KEY (collection, person) REFERENCES people (collection, row) ON DELETE CASCADE
) STRICT;

CREATE INDEX former_faces_by_person ON former_faces (collection, person);

CREATE TRIGGER former_face_dimension BEFORE INSERT ON former_faces
WHEN length(NEW.vector)
    <> 4 * (SELECT dimension FROM former_embedders WHERE collection = NEW.collection)
BEGIN
    SELECT raise(ABORT, 'former_face_dimension');
END;

CREATE TRIGGER former_face_fixed BEFORE UPDATE OF row, face_id, collection, vector ON former_faces
BEGIN
    SELECT raise(ABORT, 'former_face_fixed');
END;

ALTER TABLE people ADD COLUMN former_vector BLOB
    CONSTRAINT former_unit_vector CHECK (
        former_vector IS NULL OR NOT declined AND ifnull(
            abs(vec_distance_l2(former_vector, zeroblob(length(former_vector))) - 1) <= 0.001, FALSE
        )
    );
ALTER TABLE people ADD COLUMN former_coherence REAL NOT NULL DEFAULT 1.0
    CONSTRAINT former_coherence_range CHECK (former_coherence > 0 AND former_coherence <= 1);
ALTER TABLE people ADD COLUMN former_faces INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER person_former_dimension BEFORE UPDATE OF former_vector ON people
WHEN NEW.former_vector IS NOT NULL AND length(NEW.former_vector) IS NOT
    4 * (SELECT dimension FROM former_embedders WHERE collection = NEW.collection)
BEGIN
    SELECT raise(ABORT, 'person_former_dimension');
END;

-- A collection's embedder changes only while there is nothing of another one in it.
DROP TRIGGER collection_fixed;
CREATE TRIGGER collection_fixed BEFORE UPDATE OF collection_id ON collections BEGIN
    SELECT raise(ABORT, 'collection_fixed');
END;
CREATE TRIGGER collection_embedder_fixed
BEFORE UPDATE OF model_name, model_digest, dimension ON collections
WHEN EXISTS (SELECT 1 FROM faces WHERE collection = OLD.row)
    OR EXISTS (SELECT 1 FROM people WHERE collection = OLD.row AND vector IS NOT NULL)
    OR NOT EXISTS (SELECT 1 FROM former_embedders WHERE collection = OLD.row)
BEGIN
    SELECT raise(ABORT, 'collection_fixed');
END;

DROP INDEX people_by_name;
CREATE INDEX people_by_name ON people (
    collection, sort_name, person_id, external_id, valid_from, valid_until, suspended_at, declined,
    faces, created_at, former_faces
);
