-- Who may use the web pages: accounts, their sessions, invitations, and attempts to sign in.
--
-- Of tokens only SHA-256 is kept, of passwords only argon2id: a copy of this file opens nothing.
-- Times are text, aware UTC, of one width.

CREATE TABLE accounts (
    account_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'enroller', 'auditor')),
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    begun_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_account ON sessions (account_id);

-- A link with which one person makes her own account. It is gone once used.
CREATE TABLE invitations (
    token_hash TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'enroller', 'auditor')),
    expires_at TEXT NOT NULL
) STRICT;

-- Unsuccessful attempts in a row. A subject is SHA-256 of an account's name or of an address:
-- people type passwords into the wrong field.
CREATE TABLE attempts (
    subject TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL
) STRICT;

-- What signs the cookies.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
