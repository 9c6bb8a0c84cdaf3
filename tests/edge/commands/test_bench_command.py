"""``ostiary bench``: a report that can be sent about."""

from __future__ import annotations

import getpass
import json
import re
import socket
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from edge.benchmark.running import Plan
from edge.vision.catalogue import CATALOGUE
from tests.edge.commands.conftest import Ostiary

MAKERS = re.compile(r"(machine\.(architecture|board|processor|system)|(before|after)\.governor)")
"""Where a report has words that are not ours: makers' names for what they make."""

PLAIN = re.compile(r"\d+(\.\d+)*(-\d+)*([a-z]+\d*)?(\.(post|dev)\d+)?")
"""A version or a date."""


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure little: what is measured is not the matter here."""
    monkeypatch.setattr("edge.benchmark.running.SIZES", ((320, 240), (640, 480)))
    monkeypatch.setattr("edge.commands.bench.Plan", partial(Plan, people=(20, 50), rounds=3))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number and word of a report, with where it stands."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, path)
    else:
        yield path, value


def _content(path: Path) -> str:
    return path.read_text(errors="replace").strip("\0\n ")


def test_a_report_tells_what_was_measured(ostiary: Ostiary, tmp_path: Path) -> None:
    """Every stage, every network, every gallery; the file is new, and is refused the second time."""
    file = tmp_path / "report.json"

    answer = ostiary("bench", "--seconds", 1, "--json", file)

    assert answer.status == 0, answer.err
    assert "From a frame to an embedding" in answer.out
    assert "frames/s" in answer.out
    assert str(file) in answer.out
    report = json.loads(file.read_text(encoding="utf-8"))
    assert (report["frames"][0]["width"], report["frames"][0]["threads"]) == (320, 1)
    assert report["frames"][-1]["width"] == 640
    assert [one["people"] for one in report["searches"]] == [20, 50]
    assert {one["name"] for one in report["networks"]} >= {"face-mesh", "sface-int8"}
    assert all(one["gmac_a_second"] > 0 and one["share"] > 0 for one in report["networks"])
    assert report["door"]["steady"]["frames"] > 0
    assert report["camera"] is None
    again = ostiary("bench", "--seconds", 1, "--json", file)
    assert again.status == 2
    assert "it exists" in again.err


def test_a_report_tells_nobody_who_sent_it(ostiary: Ostiary, tmp_path: Path) -> None:
    """Its words are ours, versions, and makers' names; no host, user, path, serial number or address."""
    text = ostiary("bench", "--seconds", 1, "--json").out

    ours = {entry.name for entry in CATALOGUE}
    for path, value in leaves(json.loads(text)):
        if isinstance(value, str) and not MAKERS.fullmatch(path):
            assert value in ours or PLAIN.fullmatch(value), f"{path}: {value}"
    address = f"{uuid.getnode():012x}"
    private = [
        str(tmp_path),
        str(Path.home()),
        str(Path.cwd()),
        address,
        ":".join(re.findall("..", address)),
    ]
    sources = ("/etc/machine-id", "/proc/device-tree/serial-number", "/proc/cmdline")
    private += [_content(Path(each)) for each in sources if Path(each).is_file()]
    assert not [each for each in private if each and each in text]
    for name in (socket.gethostname(), getpass.getuser()):
        assert f'"{name}"' not in text


def test_the_camera_of_the_settings_is_measured_if_asked(
    ostiary: Ostiary, site: Path, photos: Path
) -> None:
    """A folder of pictures in its place; what is told of it is sizes and numbers."""
    with site.open("a", encoding="utf-8") as more:
        more.write(f'[camera]\nsource = "{photos}"\n')

    answer = ostiary("bench", "--seconds", 1, "--camera", "--json")

    assert answer.status == 0, answer.err
    camera = answer.json["camera"]
    assert camera["frames"] > 0
    assert camera["faces"] <= camera["frames"]
    assert str(photos) not in answer.out


def test_a_file_that_cannot_be_written_is_refused_at_once(
    ostiary: Ostiary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after a minute of measuring."""
    monkeypatch.setattr("edge.commands.bench.run", None)

    answer = ostiary("bench", "--json", tmp_path / "nowhere" / "report.json")

    assert answer.status == 2
    assert "folder" in answer.err
