"""A door at work, as a process: whoever passes, whatever is shown to it, its log names nobody."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import pytest

from edge.audit import Audit, EventKind
from edge.collection.people import NewPerson
from edge.collection.pins import Pins
from edge.config import load_settings
from edge.core import Core
from edge.demonstration.footage import CARPHONE, locate
from edge.domain import Badge, Pixels
from edge.examining import Photo
from edge.vision.models import ModelStore

NAME = "Zoë Example-O'Name"
BADGE, UNKNOWN, PIN = "8844221177", "9988776655", "739146"
PATIENCE = 60.0


@pytest.fixture
def config(tmp_path: Path, models: ModelStore) -> Path:
    """Write the settings of a door with a reader, and contacts that come and go."""
    path = tmp_path / "ostiary.toml"
    path.write_text(
        f'[storage]\nfolder = "{tmp_path}/data"\n[models]\nfolder = "{models.path("sface").parent}"\n'
        f'[lock]\nkind = "fake"\n[reader]\nkind = "fake"\npipe = "{tmp_path}/reader"\n'
        f'[inputs]\nkind = "fake"\npipe = "{tmp_path}/contacts"\n'
        f'[camera]\nsource = "{tmp_path}/film"\n'
        '[liveness]\nmode = "passive"\n[live]\nenabled = false\n[log]\nformat = "json"\n',
        encoding="utf-8",
    )
    return path


def told(path: Path, *lines: str) -> None:
    """Write *lines* to a pipe of a fake device once it is there."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def test_nobody_is_in_the_log_of_a_door(
    config: Path, tmp_path: Path, carphone: list[Pixels]
) -> None:
    """He is let in, badges and PINs are shown, reader and contact fail; verbosely."""
    core = Core(load_settings(config, environment={}))
    person = core.enroller.enroll(
        NewPerson(NAME, external_id="HR-5521"),
        [
            Photo(str(number), cv2.imencode(".png", carphone[number])[1].tobytes())
            for number in (0, 20, 40)
        ],
        [Badge(BADGE)],
        actor="a test",
    )
    Pins(core.database, core.key).set(person.person_id, PIN, at=datetime.now(UTC))
    command = [sys.executable, "-m", "edge", "-v", "--config", str(config)]
    film = [*command, "door", "--camera", str(locate(CARPHONE))]
    with subprocess.Popen(film, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as door:
        try:
            told(tmp_path / "contacts", "rex on", "rex off", "contact on", "rex lost")
            told(tmp_path / "reader", f"badge {BADGE}", f"pin {PIN}", f"badge {UNKNOWN}", PIN)
            told(tmp_path / "reader", f"pin {PIN[::-1]}", "lost")
            out, err = door.communicate(timeout=PATIENCE)  # the film ends, and the door with it
        finally:
            door.send_signal(signal.SIGTERM)
    core.close()
    assert door.returncode == 0, err

    with Audit(core.audit_path, core.key, read_only=True) as audit:
        events = [entry.event for entry in audit.entries()]
    assert person.person_id in {event.person_id for event in events if event.outcome == "grant"}
    assert EventKind.INPUT_FAULT in {event.kind for event in events}
    lines = [json.loads(line) for line in err.decode().splitlines()]
    assert any("the reader fake reader is lost" in line["message"] for line in lines), lines
    key = core.key.secret
    secrets = (
        NAME, "Zoë", "O'Name", "HR-5521", BADGE, UNKNOWN, PIN, PIN[::-1], person.person_id,
        person.person_id.replace("-", ""), key.hex(), base64.b64encode(key).decode(),
    )  # fmt: skip
    text = (out + err).decode() + json.dumps(lines, ensure_ascii=False)
    assert [secret for secret in secrets if secret in text] == []
    # Each is said once, not at every turn.
    messages = [line["message"] for line in lines]
    assert len(messages) == len(set(messages)), messages
