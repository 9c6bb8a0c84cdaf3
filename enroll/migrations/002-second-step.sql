-- The second step of signing in: codes of an app on somebody's telephone (RFC 6238).
--
-- A secret is not usable before its first code was typed. `used_step` is the last interval of 30
-- seconds whose code was accepted: no code works twice.

CREATE TABLE second_steps (
    account_id TEXT PRIMARY KEY REFERENCES accounts (account_id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT FALSE CHECK (confirmed IN (FALSE, TRUE)),
    used_step INTEGER NOT NULL DEFAULT 0
) STRICT;

-- For when the telephone is lost; each works once. Random, so SHA-256 is enough.
CREATE TABLE recovery_codes (
    account_id TEXT NOT NULL REFERENCES second_steps (account_id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, code_hash)
) STRICT;

-- Who has given the password and owes the code. No session: it opens no page but the one for it.
CREATE TABLE half_signed_in (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    begun_at TEXT NOT NULL
) STRICT;
