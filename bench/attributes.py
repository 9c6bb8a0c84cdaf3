"""Tell how often what is told about a face is right.

    python bench/attributes.py CLIPS LFW

CLIPS holds the videos named below, LFW the folders of people of Labeled Faces in the Wild. The
labels are frames that were looked at one by one; in the undecided ones even that did not help.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from attribute_labels import (
    AHEAD,
    CLOSED,
    LEFT,
    LIPS_APART,
    LIPS_CLOSED,
    LIPS_UNDECIDED,
    OPEN,
    RIGHT,
    UNDECIDED,
    Labels,
)
from rich.console import Console
from rich.table import Table

from edge.domain import Box, Face, Pixels
from edge.evaluation.robustness.covers import CHANGES, COVERS
from edge.vision.attribute_reader import AttributeReader
from edge.vision.attributes import Attributes, Statement
from edge.vision.image import read_image
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

SIZES = (0, 60, 40, 30)
"""Pixels of a face's shorter side to which frames are scaled down; 0 leaves them as they are."""

PHOTOS = 250
"""Photos of LFW that are covered and changed, one a person, every twentieth person."""

Told = list[Attributes]


class Reader:
    """Reads attributes of the faces in pictures and keeps nothing."""

    def __init__(self, store: ModelStore) -> None:
        self._recognizer = Recognizer.load(store)
        self._attributes = AttributeReader.load(store)

    def face(self, pixels: Pixels, near: Box | None = None) -> Face | None:
        """Return the largest face, or the one that overlaps *near*."""
        faces = self._recognizer.faces(pixels)
        if near is not None:
            faces = tuple(face for face in faces if face.box.overlap(near) > 0.4)
        return faces[0] if faces else None

    def read(self, pixels: Pixels, near: Box | None = None) -> Attributes | None:
        """Return what is told of that face, or None without one."""
        face = self.face(pixels, near)
        return None if face is None else self._attributes.attributes(pixels, face)


def frames(clips: Path, labels: Labels) -> Iterator[Pixels]:
    """Give the labelled frames of every clip."""
    for name, numbers in labels.items():
        video = cv2.VideoCapture(str(clips / f"{name}.mp4"))
        number = 0
        while True:
            there, pixels = video.read()
            if not there:
                break
            if number in numbers:
                yield pixels.astype(np.uint8, copy=False)
            number += 1
        video.release()


def told(reader: Reader, pictures: Iterator[Pixels], size: int = 0) -> Told:
    """Read the largest face of every picture, scaled down to *size* pixels if that is smaller."""
    answers = []
    for pixels in pictures:
        face = reader.face(pixels)
        if face is None:
            continue
        factor = size / face.quality.size if size else 1
        if factor < 1:
            pixels = scaled(pixels, factor)  # noqa: PLW2901 - the same picture, smaller
        answer = reader.read(pixels)
        if answer is not None:
            answers.append(answer)
    return answers


def scaled(pixels: Pixels, factor: float) -> Pixels:
    """Return *pixels* smaller."""
    how = cv2.INTER_AREA
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how).astype(np.uint8)


def row(table: Table, what: str, statements: list[Statement | None]) -> None:
    """Add how often something is said, and how surely."""
    said = [statement for statement in statements if statement is not None]
    yes = [statement.confidence for statement in said if statement.value]
    no = [statement.confidence for statement in said if not statement.value]
    table.add_row(what, str(len(statements)), _counted(yes), _counted(no),
                  str(len(statements) - len(said)))  # fmt: skip


def _counted(confidences: list[float]) -> str:
    return f"{len(confidences)} ({np.mean(confidences):.0f} %)" if confidences else "0"


def directions(table: Table, reader: Reader, clips: Path, what: str, labels: Labels) -> None:
    """Add where eyes are said to look, as they are and in a mirror."""
    for name, step in (("", 1), (", mirrored", -1)):
        seen = (np.ascontiguousarray(pixels[:, ::step]) for pixels in frames(clips, labels))
        answers = told(reader, seen)
        yaws = [each.eye_direction.yaw for each in answers if each.eye_direction]
        pitches = [each.eye_direction.pitch for each in answers if each.eye_direction]
        table.add_row(
            what + name,
            str(len(answers)),
            f"yaw {np.median(yaws):+.0f}° ({min(yaws):+.0f} to {max(yaws):+.0f})",
            f"pitch {np.median(pitches):+.0f}° ({min(pitches):+.0f} to {max(pitches):+.0f})",
            str(len(answers) - len(yaws)),
        )


def covered(table: Table, reader: Reader, lfw: Path) -> None:
    """Add how often photos are said to be covered, bare, changed and covered."""
    people = sorted(folder for folder in lfw.iterdir() if folder.is_dir())[::20][:PHOTOS]
    photos = [read_image(min(folder.glob("*.jpg"))) for folder in people]
    chance = np.random.default_rng(7)
    answers: dict[str, list[Statement | None]] = {name: [] for name in (*CHANGES, *COVERS)}
    for pixels in photos:
        face = reader.face(pixels)
        if face is None or face.mesh is None:
            continue
        for name, change in CHANGES.items():
            changed = change(pixels)
            factor = changed.shape[0] / pixels.shape[0]
            near = Box(*(factor * side for side in
                         (face.box.left, face.box.top, face.box.width, face.box.height)))  # fmt: skip
            answer = reader.read(changed, near)
            answers[name] += [answer.face_occluded] if answer else []
        for name, cover in COVERS.items():
            answer = reader.read(cover(pixels, face.mesh, chance), face.box)
            answers[name] += [answer.face_occluded] if answer else []
    for name, statements in answers.items():
        row(table, f"covered? {name}", statements)


EYES: Callable[[Attributes], Statement | None] = lambda each: each.eyes_open  # noqa: E731
MOUTH: Callable[[Attributes], Statement | None] = lambda each: each.mouth_open  # noqa: E731


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("lfw", type=Path)
    wanted = parser.parse_args()
    table = Table(
        "of what", "faces", "yes (confidence)", "no (confidence)", "not told",
        title="What is told about a face",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(ModelStore(Path(folder)))
        for size in SIZES:
            of = f", {size} pixels" if size else ""
            for what, labels, statement in (
                ("eyes open? open", OPEN, EYES),
                ("eyes open? closed", CLOSED, EYES),
                ("eyes open? undecided", UNDECIDED, EYES),
                ("mouth open? open", LIPS_APART, MOUTH),
                ("mouth open? closed", LIPS_CLOSED, MOUTH),
                ("mouth open? undecided", LIPS_UNDECIDED, MOUTH),
            ):
                answers = told(reader, frames(wanted.clips, labels), size)
                row(table, what + of, [statement(each) for each in answers])
        for what, labels in (
            ("looks at the camera", AHEAD),
            ("looks to the viewer's right", RIGHT),
            ("looks to the viewer's left", LEFT),
        ):
            directions(table, reader, wanted.clips, what, labels)
        covered(table, reader, wanted.lfw)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
