-- What an office needs to look after people: suspension, retention, refusal, look-alikes, versions.
--
-- `declined` says that a person refused face recognition and carries a badge only: then there is no
-- vector of hers. `version` counts the changes of what is told about a person, so that of two
-- clerks the second sees the first one's change instead of undoing it. `faces` counts hers.
-- `coherence` is the length of the mean of her faces' vectors, of which `vector` is the direction.

ALTER TABLE people ADD COLUMN suspended_at TEXT;
ALTER TABLE people ADD COLUMN retention_until TEXT;
ALTER TABLE people ADD COLUMN declined INTEGER NOT NULL DEFAULT FALSE
    CONSTRAINT declined_is_faceless
        CHECK (declined IN (FALSE, TRUE) AND NOT (declined AND vector IS NOT NULL));
ALTER TABLE people ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE people ADD COLUMN faces INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN coherence REAL NOT NULL DEFAULT 1.0
    CONSTRAINT coherence_range CHECK (coherence > 0 AND coherence <= 1);

-- The length of a weighted mean of unit vectors, by the cosines between them; 0.01 is the least
-- weight (fused.py). Cosines are 1 - d * d / 2 for a distance of d.
UPDATE people SET
    faces = (
        SELECT count(*) FROM faces
        WHERE faces.collection = people.collection AND person = people.row
    ),
    coherence = (
        SELECT min(1.0, sqrt(
            sum(weight * (1 - distance * distance / 2)) / sum(weight)
        )) FROM (
            SELECT max(one.weight, 0.01) * max(two.weight, 0.01) AS weight,
                vec_distance_l2(one.vector, two.vector) AS distance
            FROM faces AS one JOIN faces AS two USING (collection, person)
            WHERE collection = people.collection AND person = people.row
        )
    )
WHERE vector IS NOT NULL;

-- Everything by which people are listed, filtered and sorted, without their vectors: the one index
-- answers every page, whatever is asked, and fits into SQLite's cache with 50,000 people.
DROP INDEX people_by_name;
CREATE INDEX people_by_name ON people (
    collection, sort_name, person_id, external_id, valid_from, valid_until, suspended_at, declined,
    faces, created_at
);
CREATE INDEX people_by_retention ON people (retention_until) WHERE retention_until IS NOT NULL;

CREATE TRIGGER face_owned AFTER INSERT ON faces WHEN NEW.person IS NOT NULL BEGIN
    UPDATE people SET faces = faces + 1 WHERE row = NEW.person;
END;
CREATE TRIGGER face_handed_over AFTER UPDATE OF person ON faces BEGIN
    UPDATE people SET faces = faces - 1 WHERE row = OLD.person;
    UPDATE people SET faces = faces + 1 WHERE row = NEW.person;
END;
CREATE TRIGGER face_disowned AFTER DELETE ON faces WHEN OLD.person IS NOT NULL BEGIN
    UPDATE people SET faces = faces - 1 WHERE row = OLD.person;
END;

-- Two people whom a door might take for each other; one row a pair. `similarity` is in percent.
CREATE TABLE look_alikes (
    collection INTEGER NOT NULL REFERENCES collections (row),
    person_a INTEGER NOT NULL,
    person_b INTEGER NOT NULL CHECK (person_a < person_b),
    similarity REAL NOT NULL CONSTRAINT similarity_range CHECK (similarity BETWEEN 0 AND 100),
    marked_at TEXT NOT NULL,
    PRIMARY KEY (collection, person_a, person_b),
    FOREIGN KEY (collection, person_a) REFERENCES people (collection, row) ON DELETE CASCADE,
    FOREIGN KEY (collection, person_b) REFERENCES people (collection, row) ON DELETE CASCADE
) STRICT;

CREATE INDEX look_alikes_of_b ON look_alikes (collection, person_b);

CREATE TRIGGER look_alikes_fixed BEFORE UPDATE OF collection, person_a, person_b ON look_alikes BEGIN
    SELECT raise(ABORT, 'look_alikes_fixed');
END;

CREATE TRIGGER look_alikes_inserted AFTER INSERT ON look_alikes BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.person_a);
    INSERT INTO changes (collection, kind, row) VALUES (NEW.collection, 'person', NEW.person_b);
END;
CREATE TRIGGER look_alikes_deleted AFTER DELETE ON look_alikes BEGIN
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.person_a);
    INSERT INTO changes (collection, kind, row) VALUES (OLD.collection, 'person', OLD.person_b);
END;
