"""The first minutes of a device, by the program itself: one person enrolled, found and told apart.

Run ``python bench/first_person.py FOLDER``. A man is enrolled from three frames of the
demonstration's clip into FOLDER; a fourth frame must find him and a portrait of somebody else must
not. Where FOLDER holds a device already, as one of another processor, nobody is enrolled and the
same must be found. Prints one table; fails if the program does, or is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from rich.console import Console
from rich.table import Table

from edge.config import load_settings
from edge.demonstration.footage import ASTRONAUT, CARPHONE, clip, picture
from edge.exit_codes import NEGATIVE

ENROLLED, SEARCHED = (0, 20, 40), 90
"""Frames of the clip."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device whose databases and key are in *folder*."""

    folder: Path

    @property
    def is_new(self) -> bool:
        return not (self.folder / "collection.db").exists()

    def set_up(self) -> None:
        """Write its settings anew: *folder* may have come from elsewhere."""
        settings = load_settings(None)
        text = (
            f'[storage]\nfolder = "{self.folder}"\nkey_file = "{self.folder / "ostiary.key"}"\n'
            f'[models]\nfolder = "{settings.models.folder}"\n'
        )
        (self.folder / "ostiary.toml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str | Path, status: int = 0) -> dict[str, Any]:
        """Run ``ostiary`` with *arguments* and return what it answers in JSON.

        :raises SystemExit: if it ends with another *status*.
        """
        done = subprocess.run(
            [sys.executable, "-m", "edge", *arguments, "--json"],
            env=os.environ | {"OSTIARY_CONFIG": str(self.folder / "ostiary.toml")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != status:
            raise SystemExit(f"ostiary {arguments[0]} ended with {done.returncode}: {done.stderr}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, how it ended, and how long the program took."""

    name: str
    answer: str
    right: bool
    seconds: float


def enrolled(device: Device, files: dict[str, Path]) -> Step:
    """Enroll the man."""
    begun = time.monotonic()
    three = [files[f"man-{number}"] for number in ENROLLED]
    faces = device.run("enroll", *three, "--name", "Ada", "--badge", "1")["faces"]
    return Step("enrolled", f"{faces} faces", faces == len(three), time.monotonic() - begun)


def searched(device: Device, files: dict[str, Path], name: str, *, enrolled: bool) -> Step:
    """Search for who is in the picture *name*, *enrolled* or not."""
    begun = time.monotonic()
    found = device.run("search", files[name], status=0 if enrolled else NEGATIVE)
    similarity = found["matches"][0]["similarity"]
    answer = "recognized" if found["recognized"] else "a stranger"
    return Step(
        f"searched: {name}",
        f"{answer}, {similarity:.3f} % (asked: {found['threshold']:.0f} %)",
        found["recognized"] == enrolled,
        time.monotonic() - begun,
    )


def photos(folder: Path) -> dict[str, Path]:
    """Write the pictures that are needed to *folder*; return them by what they show."""
    frames = clip(CARPHONE)
    shown = {f"man-{number}": frames[number] for number in (*ENROLLED, SEARCHED)}
    shown["somebody-else"] = picture(ASTRONAUT)
    files = {name: folder / f"{name}.png" for name in shown}
    for name, file in files.items():
        cv2.imwrite(str(file), shown[name])
    return files


def main() -> int:
    """Enroll, search twice, print; return 1 if somebody was taken for another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    device = Device(parser.parse_args().folder)
    device.folder.mkdir(parents=True, exist_ok=True)
    device.set_up()
    with tempfile.TemporaryDirectory() as made:
        files = photos(Path(made))
        steps = [enrolled(device, files)] if device.is_new else []
        steps.append(searched(device, files, f"man-{SEARCHED}", enrolled=True))
        steps.append(searched(device, files, "somebody-else", enrolled=False))

    table = Table("Step", "Answer", "Seconds")
    for step in steps:
        table.add_row(step.name, step.answer, f"{step.seconds:.1f}")
    Console(width=100).print(table)
    return int(not all(step.right for step in steps))


if __name__ == "__main__":
    sys.exit(main())
