"""The daemon as a process of its own, its camera broken: the pages can still let somebody in."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.audit import Audit, EventKind
from edge.config import load_settings
from edge.core import Core
from edge.desk import Answer
from edge.vision.models import ModelStore

PATIENCE = 60.0


def test_somebody_is_let_in_by_request(
    tmp_path: Path, models: ModelStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another process asks; the daemon obeys or refuses, answers, records, and ends locked."""
    state = tmp_path / "lock"
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[storage]\nfolder = "{tmp_path}"\n[models]\nfolder = "{models.path("sface").parent}"\n'
        '[camera]\nsource = "/dev/video63"\n[live]\nenabled = false\n'
        f'[lock]\nkind = "fake"\nrelease_seconds = 30.0\nstate_file = "{state}"\n',
        encoding="utf-8",
    )
    core = Core(load_settings(config, environment={}))
    assert core.audit.count == 0
    with subprocess.Popen(
        [sys.executable, "-m", "edge", "--config", str(config), "door"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as door:
        try:
            _until(lambda: core.audit.count >= 1)  # it has started
            request = core.desk.request_unlock(
                door="door", reason="parcel", actor="account 7", now=datetime.now(UTC)
            )
            _until(lambda: _answer(core, request) is not None)
            assert _answer(core, request) is Answer.REQUESTED
            assert state.read_text(encoding="ascii") == "released\n"

            def asked(*words: str) -> tuple[int, str]:
                """Ask from the command line; return its exit status and what it says."""
                with pytest.raises(SystemExit) as end:
                    main(["--config", str(config), "request", *words, "--reason", "drill"])
                return int(str(end.value.code)), capsys.readouterr().out

            assert asked("begin-lockdown") == (0, "Door door obeys: DONE.\n")
            assert state.read_text(encoding="ascii") == "secured\n"
            assert asked("unlock") == (1, "Door door refuses: LOCKDOWN.\n")
            assert asked("end-lockdown", "--door", "back")[0] == 1
            assert asked("end-lockdown") == (0, "Door door obeys: DONE.\n")
        finally:
            door.send_signal(signal.SIGTERM)
            told = door.communicate(timeout=PATIENCE)
    core.close()
    assert door.returncode == 0, told
    assert state.read_text(encoding="ascii") == "secured\n"
    with Audit(core.audit_path, core.key, read_only=True) as audit:
        kinds = [entry.event.kind for entry in audit.entries()]
    assert EventKind.REMOTE_UNLOCK in kinds


def test_the_exit_button_works_without_a_camera(tmp_path: Path, models: ModelStore) -> None:
    """Pressed at the pipe of the fake contacts: the daemon unlocks, and records it."""
    state, pipe = tmp_path / "lock", tmp_path / "contacts"
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[storage]\nfolder = "{tmp_path}"\n[models]\nfolder = "{models.path("sface").parent}"\n'
        '[camera]\nsource = "/dev/video63"\n[live]\nenabled = false\n'
        f'[lock]\nkind = "fake"\nrelease_seconds = 30.0\nstate_file = "{state}"\n'
        f'[inputs]\nkind = "fake"\npipe = "{pipe}"\n[signals]\nkind = "fake"\n',
        encoding="utf-8",
    )
    core = Core(load_settings(config, environment={}))
    assert core.audit.count == 0
    with subprocess.Popen(
        [sys.executable, "-m", "edge", "--config", str(config), "door"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as door:
        try:
            _until(lambda: EventKind.DOOR_CLOSED in _kinds(core.audit))  # it knows its door
            pipe.write_text("rex on\nrex off\n", encoding="ascii")
            _until(lambda: state.read_text(encoding="ascii") == "released\n")
            pipe.write_text("contact on\ncontact off\n", encoding="ascii")
            _until(lambda: state.read_text(encoding="ascii") == "secured\n")
        finally:
            door.send_signal(signal.SIGTERM)
            told = door.communicate(timeout=PATIENCE)
    core.close()
    assert door.returncode == 0, told
    with Audit(core.audit_path, core.key, read_only=True) as audit:
        kinds = _kinds(audit)
    pressed = kinds.index(EventKind.EXIT_REQUESTED)
    passed = [EventKind.EXIT_REQUESTED, EventKind.DOOR_OPENED, EventKind.DOOR_CLOSED]
    assert kinds[pressed : pressed + 3] == passed


def _kinds(audit: Audit) -> list[EventKind]:
    return [entry.event.kind for entry in audit.entries()]


def _answer(core: Core, request: str) -> Answer | None:
    state = core.desk.state(request)
    assert state is not None
    return state.answer


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
