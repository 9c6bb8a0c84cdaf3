"""Whether somebody could be let in now, in one answer."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from edge.errors import AuditError, StorageError
from edge.metrics import HeartbeatSign
from edge.metrics.exposition import new_registry
from edge.portal import DoorCondition
from tests.enroll.conftest import House


def beat(house: House, *, fault: str | None = None, owed: int = 0) -> None:
    """Let a door give a sign of life."""
    sign = HeartbeatSign(house.core.live, new_registry(), door="front", owed=lambda: owed)
    sign.turned(DoorCondition(), fault=fault)


def health(house: House) -> tuple[int, dict[str, Any]]:
    """Return the status and what it says."""
    answer = house.browser().get("/health")
    return answer.status_code, dict(answer.get_json())


def faults(house: House) -> list[str]:
    """Return what is at fault; what the status says must agree."""
    status, body = health(house)
    found = [name for name, check in body["checks"].items() if check["status"] != "ok"]
    assert (status, body["status"]) == ((503, "fault") if found else (200, "ok"))
    return found


def test_all_is_well(house: House) -> None:
    """With a door that turns, databases that can be read and space on the disk."""
    beat(house)

    assert faults(house) == []
    assert set(health(house)[1]["checks"]) == {"door", "collection", "audit", "accounts", "disk"}


def test_a_door_that_gives_no_sign_of_life(house: House) -> None:
    """Nobody would be let in, however well the pages are."""
    assert faults(house) == ["door"]
    assert house.browser().get("/health/live").status_code == 200


def test_a_door_that_cannot_look(house: House) -> None:
    """It is alive, and of no use to who stands before it; why is told by kind."""
    beat(house, fault="CameraError")

    assert faults(house) == ["door"]
    assert health(house)[1]["checks"]["door"]["text"] == "alive, but cannot look: CameraError"


def test_a_door_on_a_full_disk(house: House) -> None:
    """What it cannot record it does not do."""
    beat(house, owed=3)

    assert faults(house) == ["door"]


def test_a_full_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is quite full."""
    beat(house)
    usage = shutil.disk_usage(house.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2**20))

    assert faults(house) == ["disk"]


def test_databases_that_cannot_be_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that share the fault; where they lie is nobody's business."""
    beat(house)

    def refuse(*_: object) -> None:
        raise StorageError(f"{house.folder}/secret cannot be read")

    monkeypatch.setattr(type(house.database), "row", refuse)
    assert set(faults(house)) == {"collection", "audit", "accounts"}
    assert "secret" not in house.browser().get("/health").text


def test_a_closed_record(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is let in without it."""
    beat(house)

    def refuse(_: object) -> int:
        raise AuditError("broken")

    monkeypatch.setattr(type(house.audit), "count", property(refuse))

    assert faults(house) == ["audit"]
