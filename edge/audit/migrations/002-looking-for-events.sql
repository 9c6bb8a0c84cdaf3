-- What one looks for in the events, readable by name and found without reading them all.
--
-- The columns are computed from the body, never stored in the entry: the chain is as it was. A body
-- that is no JSON can only have been forged; it must stay where it is, for verifying to find it.

ALTER TABLE entries ADD COLUMN kind TEXT
    AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.kind') END) VIRTUAL;
ALTER TABLE entries ADD COLUMN at TEXT
    AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.at') END) VIRTUAL;
ALTER TABLE entries ADD COLUMN door TEXT
    AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.door') END) VIRTUAL;
ALTER TABLE entries ADD COLUMN outcome TEXT
    AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.outcome') END) VIRTUAL;
ALTER TABLE entries ADD COLUMN reason TEXT
    AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.reason') END) VIRTUAL;
ALTER TABLE entries ADD COLUMN similarity REAL
    AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.similarity') END) VIRTUAL;
ALTER TABLE entries ADD COLUMN person_id TEXT
    AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.person_id') END) VIRTUAL;

-- The first holds all that the charts count.
CREATE INDEX entries_by_kind ON entries (kind, at, outcome, reason, similarity, door, person_id);
CREATE INDEX entries_by_person ON entries (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX entries_by_reason ON entries (reason) WHERE reason IS NOT NULL;
CREATE INDEX entries_by_door ON entries (door) WHERE door IS NOT NULL;
CREATE INDEX entries_by_time ON entries (at);
