-- Cameras to be watched for the faces of a collection: who they see goes to the record of events.
--
-- A camera is stored by the name that the settings give it, never by its address.

CREATE TABLE stream_processors (
    name TEXT PRIMARY KEY,
    camera TEXT NOT NULL,
    collection_id TEXT NOT NULL,
    threshold REAL NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('STOPPED', 'STARTING', 'RUNNING', 'FAILED', 'STOPPING')),
    message TEXT,
    input_arn TEXT NOT NULL,
    output_arn TEXT NOT NULL,
    role_arn TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
