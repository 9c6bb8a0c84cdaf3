"""What must be true of two destinations after the announcer was killed, whenever that was."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from edge.announcing.signing import make_key
from edge.audit import Audit, AuditEvent, EventKind
from edge.storage.key import Key
from tests.edge.announcing.conftest import DOOR, Clock, eventually
from tests.edge.announcing.mosquitto import Listener, Mosquitto
from tests.edge.announcing.receiver import Receiver

EVENTS = "ostiary/Main-door/events"


def site(tmp_path: Path, *, broker: int, receiver: str) -> Path:
    """Write the settings of a door that tells both, and return their file."""
    make_key(tmp_path / "desk.key")
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[storage]\nfolder = "{tmp_path}/data"\n[door]\nname = "{DOOR}"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {broker}\ntls = false\n'
        f'[webhooks]\naddresses = {{ desk = "{receiver}" }}\n'
        f'keys = {{ desk = "{tmp_path}/desk.key" }}\n',
        encoding="utf-8",
    )
    return config


def announcing(config: Path, key: Key) -> subprocess.Popen[str]:
    """Start ``ostiary announce``, and wait until it says that it has begun."""
    child = subprocess.Popen(
        [sys.executable, "-m", "edge", "--config", str(config), "announce"],
        env=os.environ | {"OSTIARY_KEY": key.digits},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline().startswith("Telling mqtt, webhook desk")
    return child


def kill(child: subprocess.Popen[str]) -> None:
    """Kill it as a power cut would."""
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()
    assert child.returncode == -9


def kill_rounds(tmp_path: Path, *, rounds: int, seed: int) -> int:
    """Kill the announcer *rounds* times while things happen, then compare what was told.

    Return how many events there were, all of which were told.
    """
    chance, clock, key = Random(seed), Clock(), Key.random()
    recorded: list[int] = []
    (tmp_path / "data").mkdir()
    with (
        Mosquitto(tmp_path, "allow_anonymous true") as broker,
        Receiver() as receiver,
        Listener(broker.port) as listener,
        Audit(tmp_path / "data" / "audit.db", key) as audit,
    ):
        config = site(tmp_path, broker=broker.port, receiver=receiver.url)

        def happen(count: int) -> None:
            recorded.extend(
                audit.append(AuditEvent(EventKind.DOOR_OPENED, clock(), door=DOOR)).sequence
                for _ in range(count)
            )

        for _ in range(rounds):
            child = announcing(config, key)
            for _ in range(chance.randint(1, 6)):
                happen(chance.randint(1, 4))
                time.sleep(chance.uniform(0, 0.2))
            kill(child)
            happen(chance.randint(0, 3))
        last = announcing(config, key)
        happen(1)
        listener.wait_for(EVENTS, like=f'"sequence":{recorded[-1]},'.encode())
        eventually(lambda: receiver.posted[-1].sequence == recorded[-1])
        kill(last)

        published = [json.loads(each.payload)["sequence"] for each in listener.on(EVENTS)]
        posted = [each.sequence for each in receiver.posted]
    check_told(published, recorded)
    check_told(posted, recorded)
    return len(recorded)


def check_told(told: list[int], recorded: list[int]) -> None:
    """Compare what was *told* with what was *recorded*: nothing left out, nothing out of order."""
    assert list(dict.fromkeys(told)) == recorded
    for before, after in itertools.pairwise(told):
        # After a death it goes back to what was not confirmed, and from there on in order.
        assert after <= before + 1
