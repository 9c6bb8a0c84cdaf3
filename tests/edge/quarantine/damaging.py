"""One device after another is damaged at random, and started with a man before its door.

He is real and so is what the networks said of him, which is kept: a run then takes a fraction of a
second, so that hundreds are had.
"""

from __future__ import annotations

import random
import shutil
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2

from edge.audit import AuditEvent, EventKind
from edge.backup import back_up
from edge.collection.badges import Badges
from edge.collection.people import NewPerson, People
from edge.config import LivenessSettings, LiveSettings, ModelSettings, Settings
from edge.core import Core
from edge.domain import Badge, Embedding, Face, Frame, Pixels
from edge.enrolling import Photo
from edge.erasing import erase
from edge.errors import EndOfFootageError, OstiaryError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.quarantine import mend
from edge.vision.models import ModelStore
from edge.wiring import in_lockdown, wired_door
from tests.edge.quarantine.device import enroll, lying, settings_in

FRAMES = 30
FPS = 12
DAY = timedelta(days=1)


class Remembered:
    """A recognizer that says again what the real one said of the same frame."""

    def __init__(self, core: Core, frames: list[Pixels]) -> None:
        faces = [core.recognizer.largest(frame) for frame in frames]
        self._frames = frames
        self._faces = {id(frame): face for frame, face in zip(frames, faces, strict=True)}
        self._embeddings = {
            id(frame): core.recognizer.embed(frame, face)
            for frame, face in zip(frames, faces, strict=True)
            if face is not None
        }

    def largest(self, pixels: Pixels) -> Face | None:
        return self._faces[id(pixels)]

    def follow(self, pixels: Pixels, face: Face) -> Face | None:
        """Nobody is followed: every frame is one of those it knows."""
        return None

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        return self._embeddings[id(pixels)]


class Film:
    """A camera that shows *frames* once."""

    name = "film"

    def __init__(self, frames: list[Pixels]) -> None:
        self._frames = frames
        self._count = 0

    def read(self, timeout: float) -> Frame | None:
        if self._count == len(self._frames):
            raise EndOfFootageError("all is shown")
        pixels = self._frames[self._count]
        self._count += 1
        return Frame(pixels, datetime.now(UTC), self._count / FPS, self._count)

    def close(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True, slots=True)
class Site:
    """A device that lies in *folder*, and the man's *reader* and *film* before its door."""

    folder: Path
    settings: Settings
    reader: Remembered
    frames: list[Pixels]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one device whose file *target* got a *damage*.

    *aside* are the files that were put aside, *releases* how often the lock was released, *refused* the
    error that kept the door from starting, if one did.
    """

    target: str
    damage: str
    aside: tuple[str, ...]
    releases: int
    lockdown: bool
    refused: str


def site(
    folder: Path,
    models: ModelStore,
    carphone: list[Pixels],
    *,
    since: str,
    at_rest: bool = False,
) -> Site:
    """Make a device that knows the man and was backed up; *since* then he was erased, or revoked.

    Or nothing happened to him: "". It is left as a power cut leaves it, logs and all, or *at_rest*.
    """
    working, left = folder / "working", folder / "left"
    base = settings_in(working)
    settings = replace(
        base,
        models=ModelSettings(folder=models.path("sface").parent),
        liveness=LivenessSettings(mode="off"),
        live=LiveSettings(enabled=False),
    )
    frames = carphone[:FRAMES]
    now = datetime.now(UTC)
    with closing(Core(settings)) as core:
        core.ensure_collection("badges")
        for name in ("Ada", "Bea", "Cleo"):
            enroll(core, name, now - DAY)
        photos = [Photo(f"{number}.png", as_png(carphone[number])) for number in (0, 20, 40)]
        man = core.enroller.enroll(
            NewPerson(name="Karl"), photos, badges=(Badge("77"),), actor="test"
        )
        _ = core.desk, core.video
        back_up(core, now=now - DAY / 2, actor="test")
        if since == "erased":
            erase(core.database, core.audit, man.person_id, at=now, actor="test")
        elif since == "revoked":
            with core.database.transaction():
                Badges(core.database).revoke("badges", "77", now)
                event = AuditEvent(EventKind.BADGE_REVOKED, now, person_id=man.person_id)
                core.audit.append(event)
        for name in ("Dora", "Eva", "Fay"):
            enroll(core, name, now)
        reader = Remembered(core, frames)
        if not at_rest:
            shutil.copytree(working, left)
    if at_rest:
        shutil.copytree(working, left)
    return Site(left, settings, reader, frames)


def damaged(original: Site, folder: Path, chance: random.Random) -> Outcome:
    """Copy the site to *folder*, damage it by *chance*, and let its door run."""
    shutil.copytree(original.folder, folder)
    base = settings_in(folder)
    settings = replace(original.settings, storage=base.storage, backup=base.backup)
    data = settings.storage.folder
    files = [path for path in sorted(data.glob("*.db*")) if path.stat().st_size]
    target = chance.choice([path for path in files if not path.name.endswith("-shm")])
    before = {path.name: path.read_bytes() for path in data.glob("*.db")}
    damage = _damage(target, chance)
    before[target.name] = target.read_bytes()
    lock = FakeLock()
    refused, lockdown = "", False
    try:
        mend(settings)
        with closing(Core(settings)) as core:
            core.__dict__["recognizer"] = original.reader
            lockdown = in_lockdown(core.audit, settings.door.name)
            film = Film(original.frames)
            with wired_door(core, camera=film, lock=lock) as loop:
                loop.run(threading.Event())
            core.audit.verify()
            core.database.check_integrity()
            People(core.database).list("badges")
    except OstiaryError as error:
        refused = f"{type(error).__name__}: {error}"
    aside = lying(settings)
    for name, content in aside.items():
        assert content == before[name], f"{name} was changed before it was put aside"
    assert lock.state is LockState.SECURED
    releases = [change.state for change in lock.history].count(LockState.RELEASED)
    shutil.rmtree(folder)
    return Outcome(target.name, damage, tuple(sorted(aside)), releases, lockdown, refused)


def as_png(pixels: Pixels) -> bytes:
    """Return *pixels* as a file."""
    return bytes(cv2.imencode(".png", pixels)[1])


def _damage(path: Path, chance: random.Random) -> str:
    size = path.stat().st_size
    # A log that lost its end is one of an earlier moment: nothing in it can tell.
    kind = chance.choice(("bits", "bits", "block", *(() if path.suffix == ".db-wal" else ("cut",))))
    with path.open("r+b") as file:
        if kind == "cut":
            length = chance.randrange(size)
            file.truncate(length)
            return f"cut at {length}"
        position = chance.randrange(size)
        if kind == "block":
            position -= position % 4096
            content = bytes(4096) if chance.random() < 0.5 else chance.randbytes(4096)
            file.seek(position)
            file.write(content[: size - position])
            return f"a block at {position}"
        places = sorted({position, *(chance.randrange(size) for _ in range(chance.randrange(8)))})
        for place in places:
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ (1 << chance.randrange(8))]))
        return f"bits at {places}"
