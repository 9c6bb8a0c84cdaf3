-- Stored videos to be analysed, and what was found in them: never a vector, never a picture.
--
-- A job that is in progress is waiting, or has been begun so many times. What it has found so far is
-- stored while it runs and shown when it has succeeded; a job that begins anew begins with nothing.

CREATE TABLE jobs (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    bucket TEXT NOT NULL,
    object TEXT NOT NULL,
    collection_id TEXT,
    threshold REAL,
    everything INTEGER NOT NULL CHECK (everything IN (0, 1)),
    job_tag TEXT,
    token TEXT,
    status TEXT NOT NULL DEFAULT 'IN_PROGRESS'
        CHECK (status IN ('IN_PROGRESS', 'SUCCEEDED', 'FAILED')),
    message TEXT,
    begun INTEGER NOT NULL DEFAULT 0,
    done_ms INTEGER NOT NULL DEFAULT 0,
    metadata TEXT,
    created_at TEXT NOT NULL,
    finished_at TEXT CHECK ((finished_at IS NULL) = (status = 'IN_PROGRESS'))
) STRICT;

CREATE INDEX jobs_waiting ON jobs (row) WHERE status = 'IN_PROGRESS';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_by_token ON jobs (kind, token) WHERE token IS NOT NULL;

CREATE TABLE found (
    job INTEGER NOT NULL REFERENCES jobs (row) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    person INTEGER,
    face TEXT NOT NULL,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX found_by_person ON found (job, person, number) WHERE person IS NOT NULL;

-- Faces of the collection that a person of the video is alike to: their ids, not what they look like.
CREATE TABLE matches (
    job INTEGER NOT NULL REFERENCES jobs (row) ON DELETE CASCADE,
    person INTEGER NOT NULL,
    face_id TEXT NOT NULL,
    similarity REAL NOT NULL,
    PRIMARY KEY (job, person, face_id)
) STRICT, WITHOUT ROWID;
