-- Requests to unlock the door, from the pages to the door, and its answers.
--
-- A request is taken at most once: whatever happens to the door meanwhile, it never unlocks twice
-- for one request. An answer stands for good.

CREATE TABLE requests (
    request_id TEXT PRIMARY KEY,
    door TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0 CHECK (taken IN (0, 1)),
    answer TEXT CHECK (answer IS NULL OR taken = 1)
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_waiting ON requests (at) WHERE taken = 0;
