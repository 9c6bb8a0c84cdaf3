-- Keys with which programs call the API.
--
-- Unlike a password, a secret is kept as it is: whoever checks a signature calculates it, too. It
-- goes when the key is revoked. Operations and patterns of collections are read and written whole,
-- with a blank between them; none can hold one. `created_by` is an account's id, or the name of the
-- system's user who typed the command: it outlives both.

CREATE TABLE access_keys (
    key_id TEXT PRIMARY KEY CHECK (length(key_id) = 20),
    secret TEXT,
    label TEXT NOT NULL,
    operations TEXT NOT NULL CHECK (operations <> ''),
    collections TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    last_used_at TEXT,
    revoked_at TEXT,
    CHECK ((secret IS NULL) = (revoked_at IS NOT NULL))
) STRICT;
