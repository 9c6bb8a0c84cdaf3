"""What lies in the data folder, by name: one list, so that no copy and no erasure forgets a file."""

from __future__ import annotations

COLLECTION_FILE = "collection.db"
AUDIT_FILE = "audit.db"
WEB_FILE = "web.db"
DESK_FILE = "desk.db"
VIDEO_FILE = "video.db"
LEDGER_FILE = "announce.db"

DATABASE_FILES = (
    # People before the record: it may tell of somebody who is not there yet, never the reverse.
    COLLECTION_FILE,
    AUDIT_FILE,
    WEB_FILE,
    DESK_FILE,
    VIDEO_FILE,
    LEDGER_FILE,
)
"""Every database, in the order in which they are copied."""

RESERVE_FILE = "audit.reserve"
CERTIFICATE_FILE = "web.pem"
"""The pages' own certificate with its key."""

OSDP_FOLDER = "osdp"
BACKUP_FOLDER = "backups"
RECOVERY_FILE = "ostiary-recovery.pub"
INSTALLATION_FILE = "ostiary-installation"

QUARANTINE_FOLDER = "quarantine"
"""Where damaged databases are put aside, a folder for each time."""

RESTORED_SETTINGS_FILE = "restored.toml"
"""The settings of the device whose backup was put back, for whoever sets up this one to compare."""

USE_LOCK_FILE = ".in-use"
ANNOUNCER_LOCK_FILE = "announce.lock"
VIDEO_LOCK_FILE = "video.lock"
PLAN_FILE = ".replacing"
DRAFTS_FILE = ".drafts"

LOCK_FILES = (ANNOUNCER_LOCK_FILE, VIDEO_LOCK_FILE, USE_LOCK_FILE, PLAN_FILE, DRAFTS_FILE)
"""Files by which programs know of each other; nothing is in them, and the last two list changes."""

BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file (sqlite.org/tempfiles.html)."""
