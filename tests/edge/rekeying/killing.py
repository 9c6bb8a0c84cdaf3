"""What must be true after a process that changed the key was killed, whenever that was."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.access.ruleset import PinPolicy
from edge.access.shown import PinResult
from edge.audit import EventKind
from edge.collection.collections import Collections
from edge.collection.people import NewPerson, People
from edge.collection.pins import Pins
from edge.config import Settings
from edge.core import Core
from edge.domain import ModelId
from edge.storage.names import DATABASE_FILES
from edge.storage.replacing import is_half_replaced

PROGRAM = Path(__file__).with_name("rekey_forever.py")
MODEL = ModelId("a model", "0" * 64)
PIN = "590372"
POLICY = PinPolicy(tries=5, pause=60.0, growth=2.0, longest=7200.0)


def furnish(settings: Settings) -> str:
    """Make every database there is, with a person who has a PIN; return her id."""
    with closing(Core(settings)) as core:
        Collections(core.database).create("badges", model=MODEL, dimension=128)
        ada = People(core.database).enroll("badges", NewPerson(name="Ada")).person_id
        Pins(core.database, core.key).set(ada, PIN, at=datetime.now(UTC))
        _ = core.audit, core.desk, core.video
    return ada


def check(settings: Settings, ada: str) -> int:
    """Open everything, and return how often the record tells of a new key."""
    with closing(Core(settings)) as core:
        _ = core.desk, core.video
        core.database.check_integrity()
        pins = Pins(core.database, core.key)
        now = datetime.now(UTC) + timedelta(seconds=1)
        assert pins.check(ada, PIN, now=now, policy=POLICY).result is PinResult.RIGHT
        core.audit.verify()
        kinds = [entry.event.kind for entry in core.audit.entries()]
    return kinds.count(EventKind.SITE_KEY_CHANGED)


def kill_rounds(settings: Settings, *, rounds: int, seed: int, longest: float) -> tuple[int, int]:
    """Kill a process that changes the key *rounds* times, each within *longest* seconds of its start.

    Return in how many rounds it was cut off in the midst of moving files, and how often the key was
    changed in all.
    """
    chance = random.Random(seed)
    ada = furnish(settings)
    acknowledged = told = midst = 0
    for _ in range(rounds):
        with subprocess.Popen(
            [sys.executable, str(PROGRAM), str(settings.storage.folder)],
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            try:
                child.wait(chance.uniform(0, longest))
            except subprocess.TimeoutExpired:
                child.kill()
            said = child.stdout.readlines()
        assert child.returncode == -9
        acknowledged = told + said.count("changed\n")
        midst += is_half_replaced(settings.storage.folder)
        told = check(settings, ada)
        # What was cut off may have come to count without a word, once.
        assert acknowledged <= told <= acknowledged + 1
    assert not [
        name for name in DATABASE_FILES if (settings.storage.folder / f".{name}.old").exists()
    ]
    return midst, told
