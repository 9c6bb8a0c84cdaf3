-- A door can be asked more than to unlock: lockdown and office mode begin and end by a request.

ALTER TABLE requests ADD COLUMN command TEXT NOT NULL DEFAULT 'unlock' CHECK (
    command IN (
        'unlock', 'begin-lockdown', 'end-lockdown', 'begin-office-mode', 'end-office-mode'
    )
);
