"""Changes the key of the site in the folder that is named, again and again, telling each change."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from edge.config import Settings, StorageSettings
from edge.rekeying import rekey

settings = Settings(storage=StorageSettings(folder=Path(sys.argv[1])))
print("ready", flush=True)  # noqa: T201 - the test reads it
while True:
    rekey(settings, now=datetime.now(UTC), actor="test")
    print("changed", flush=True)  # noqa: T201
