"""``ostiary`` as its user calls it, on a site in a folder of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest

from edge.__main__ import main
from edge.domain import Pixels
from edge.vision.models import ModelStore


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a call with ``--json``."""
        return json.loads(self.out)


Ostiary = Callable[..., Answer]


@pytest.fixture
def site(tmp_path: Path, models: ModelStore) -> Path:
    """Write the settings of a site that keeps everything in *tmp_path*."""
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[storage]\nfolder = "{tmp_path}/data"\n'
        f'[models]\nfolder = "{models.path("sface").parent}"\n'
        f'[lock]\nkind = "fake"\nrelease_seconds = 0.5\nstate_file = "{tmp_path}/lock"\n'
        # Nobody in a film does what he is asked to.
        '[liveness]\nmode = "passive"\n',
        encoding="utf-8",
    )
    return config


@pytest.fixture
def ostiary(site: Path, capsys: pytest.CaptureFixture[str]) -> Ostiary:
    """Give a function that calls ``ostiary`` with arguments."""
    return caller(site, capsys)


def caller(config: Path, capsys: pytest.CaptureFixture[str]) -> Ostiary:
    """Return a function that calls ``ostiary`` with the settings *config*."""

    def call(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as end:
            main(["--config", str(config), *map(str, arguments)])
        captured = capsys.readouterr()
        return Answer(int(str(end.value.code)), captured.out, captured.err)

    return call


@pytest.fixture
def photos(tmp_path: Path, carphone: list[Pixels], astronaut: Pixels, coffee: Pixels) -> Path:
    """Write photos: ``man-N.png`` of one man, ``stranger.png``, ``cup.png`` without a face."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in (0, 20, 40, 100):
        cv2.imwrite(str(folder / f"man-{number}.png"), carphone[number])
    cv2.imwrite(str(folder / "stranger.png"), astronaut)
    cv2.imwrite(str(folder / "cup.png"), coffee)
    return folder
