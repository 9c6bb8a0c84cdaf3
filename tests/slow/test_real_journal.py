"""Lines of the log in a real journal: journald takes them, journalctl finds them by their fields."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

JOURNALD = Path("/lib/systemd/systemd-journald")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a journal a machine"),
    pytest.mark.skipif(
        not JOURNALD.exists() or shutil.which("journalctl") is None,
        reason="no guest: systemd-journald is not installed",
    ),
]

PROGRAM = """
import logging, os
found = os.fstat(2)
os.environ["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino}"
from edge.logs.personal import Personal
from edge.logs.setting_up import set_up
set_up()
set_up(style="auto")
log = logging.getLogger("edge.door.loop")
log.warning("%s: the door works again", Personal("Ada", "person"))
name = "Lovelace"
try:
    int(name)
except ValueError:
    log.exception("it failed")
"""

MACHINE = r"""
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/systemd/system /run/log/journal
echo 0123456789abcdef0123456789abcdef > /run/machine-id
mount --bind /run/machine-id /etc/machine-id
"$JOURNALD" & journald=$!
for _ in $(seq 100); do [ -S /run/systemd/journal/socket ] && break; sleep 0.1; done
"$PYTHON" "$PROGRAM"
for _ in $(seq 100); do
    found=$(journalctl --directory=/run/log/journal --output=json LOGGER=edge.door.loop --quiet)
    [ "$(printf '%s\n' "$found" | wc -l)" -ge 2 ] && break
    sleep 0.1
done
printf '%s\n' "$found"
echo ----
journalctl --directory=/run/log/journal --output=cat --priority=err LOGGER=edge.door.loop --quiet
kill "$journald"
"""


def test_journald_takes_every_field(tmp_path: Path) -> None:
    """In a mount namespace of its own, so that this machine's journal is left alone."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    environment = os.environ | {
        "JOURNALD": str(JOURNALD),
        "PYTHON": sys.executable,
        "PROGRAM": str(program),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", MACHINE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "ermission denied" in done.stderr or "not permitted" in done.stderr:
        pytest.skip("only root can mount here, and this one may not")

    entries, _, errors = done.stdout.partition("----\n")
    first, second = (json.loads(line) for line in entries.splitlines())
    assert first["MESSAGE"] == "<person>: the door works again"
    assert (first["PRIORITY"], first["SYSLOG_IDENTIFIER"]) == ("4", "ostiary")
    assert first["_TRANSPORT"] == "journal"
    assert (second["PRIORITY"], second["ERROR"]) == ("3", "ValueError")
    assert second["MESSAGE"].startswith("it failed\nTraceback (most recent call last):\n")
    assert errors.startswith("it failed\nTraceback")
    assert "Lovelace" not in done.stdout
