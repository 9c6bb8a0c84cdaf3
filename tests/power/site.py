"""What somebody was told that a site has, and what it has when it is looked at anew."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.access.ruleset import PinPolicy
from edge.access.shown import PinResult
from edge.audit import EventKind
from edge.backup import backups_of
from edge.backup.verifying import verified
from edge.collection.collections import Collections
from edge.collection.database import open_any
from edge.collection.faces import MOST_FACES_OF_A_PERSON, Faces
from edge.collection.people import People, Person
from edge.collection.pins import Pins
from edge.config import LiveSettings, ModelSettings, Settings, StorageSettings
from edge.config.audit import AuditSettings
from edge.config.backup import BackupSettings
from edge.core import Core
from edge.domain import Frame
from edge.errors import KeyFileError
from edge.hardware import LockState
from edge.hardware.choose_osdp import osdp_keys
from edge.hardware.lock_fake import FakeLock
from edge.hardware.osdp.keys import PANEL
from edge.storage.key import Key
from edge.storage.names import DATABASE_FILES
from edge.storage.sealing import RecoveryPublic
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.wiring import wired_door
from enroll.accounts import Accounts
from enroll.store import open_web

PINS = ("590372", "284671")
"""The two that anybody has here."""

POLICY = PinPolicy(tries=100, pause=1.0, growth=1.0, longest=1.0)
KEPT_BACKUPS = 2

TOLD = frozenset(
    {
        EventKind.ENROLLED,
        EventKind.PERSON_DELETED,
        EventKind.BACKED_UP,
        EventKind.RESTORED,
        EventKind.SITE_KEY_CHANGED,
        EventKind.ALARM,
    }
)
"""What is recorded of what is done here; a start and a clock record other things, whenever it is."""


@dataclass(frozen=True, slots=True, order=True)
class Resident:
    """Somebody in a collection: her faces as digests of their vectors, her badge, her PIN.

    *former* are those that are left of a former embedder.
    """

    collection: str
    name: str
    badge: str
    faces: tuple[str, ...]
    pin: str | None = None
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that must not be lost; times name backups, digits are keys."""

    people: frozenset[Resident] = frozenset()
    collections: frozenset[str] = frozenset({"badges"})
    events: tuple[str, ...] = ()
    backups: tuple[datetime, ...] = ()
    accounts: frozenset[str] = frozenset()
    recovery: str = ""
    channel: str = ""


class Dark:
    """A camera that shows nothing."""

    name = "nothing to see"

    def read(self, timeout: float) -> Frame | None:
        raise AssertionError(timeout)

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Networks:
    """What is loaded once, before anything is cut off: prepared models in *folder*."""

    folder: Path
    store: ModelStore
    recognizer: Recognizer

    @classmethod
    def load(cls, folder: Path) -> Networks:
        store = ModelStore(folder)
        return cls(folder, store, Recognizer.load(store))


def settings_of(root: Path, networks: Networks) -> Settings:
    """Keep everything that a device has in the folder *root*."""
    return Settings(
        storage=StorageSettings(folder=root / "data"),
        models=ModelSettings(folder=networks.folder),
        backup=BackupSettings(keep=KEPT_BACKUPS),
        audit=AuditSettings(reserve_megabytes=0, checkpoint_events=10),
        live=LiveSettings(enabled=False),
    )


def opened(settings: Settings, networks: Networks) -> Core:
    """Return what the programs share, with networks that are loaded already."""
    core = Core(settings)
    core.__dict__.update(models=networks.store, recognizer=networks.recognizer)
    return core


def look(settings: Settings, networks: Networks, keys: list[Key]) -> Site:
    """Start the door as after a power cut, read everything as a whole, and return what there is.

    *keys* are those that the site ever had; the one that it has now is put last.

    :raises OstiaryError: if anything is damaged or cannot be opened.
    :raises AssertionError: if something is half there, or the door is not locked.
    """
    with closing(opened(settings, networks)) as core:
        _start(core)
        if core.key in keys:
            keys.remove(core.key)
        keys.append(core.key)
        for name in DATABASE_FILES:
            path = settings.storage.folder / name
            if path.exists():
                with open_any(path, core.key) as database:
                    database.check_integrity()
        _no_half_vectors(core)
        core.audit.verify()
        backups = backups_of(core)
        for backup in backups:
            assert any(_opens(backup.path, key) for key in keys), "a backup does not verify"
        assert not _left_aside(settings), "what was replaced is still there"
        with open_web(core.web_path, core.key) as web:
            accounts = frozenset(account.name for account in Accounts(web).list())
        recovery = RecoveryPublic.read(core.recovery_path)
        channel = osdp_keys(settings.storage.folder).get(PANEL)
        return Site(
            people=frozenset(_residents(core)),
            collections=frozenset(each.collection_id for each in Collections(core.database).list()),
            events=tuple(_events(core)),
            backups=tuple(backup.at for backup in backups),
            accounts=accounts,
            recovery="" if recovery is None else recovery.digits,
            channel="" if channel is None else channel.digits,
        )


def _start(core: Core) -> None:
    """Start the door with a lock that power left released."""
    state = core.settings.storage.folder.parent / "lock"
    state.write_text("released\n", encoding="ascii")
    lock = FakeLock(state_file=state)
    with wired_door(core, camera=Dark(), lock=lock):
        assert lock.state is LockState.SECURED
        assert state.read_text(encoding="ascii") == "secured\n"
        assert {change.state for change in lock.history} == {LockState.SECURED}


def _opens(backup: Path, key: Key) -> bool:
    try:
        verified(backup, key)
    except KeyFileError:
        return False
    return True


def _left_aside(settings: Settings) -> list[Path]:
    folder = settings.storage.folder
    return [*folder.glob(".*.old"), *folder.glob(".*.new")]


def _no_half_vectors(core: Core) -> None:
    """See that whoever has faces is searched, by one vector an embedder, and nobody else."""
    ((wrong,),) = core.database.rows(
        "SELECT count(*) FROM people WHERE (vector IS NULL) <> NOT EXISTS"
        " (SELECT 1 FROM faces WHERE faces.person = people.row)"
        " OR (former_vector IS NULL) <> NOT EXISTS"
        " (SELECT 1 FROM former_faces WHERE former_faces.person = people.row)"
    )
    assert not wrong, "a vector without faces, or faces without one"
    counted = core.database.rows(
        "SELECT faces, people, (SELECT count(*) FROM faces WHERE collection = collections.row),"
        " (SELECT count(*) FROM people WHERE collection = collections.row) FROM collections"
    )
    assert all(row[:2] == row[2:] for row in counted), "counted wrongly"
    ((searched,),) = core.database.rows(
        "SELECT count(*) FROM people JOIN collections ON collections.row = people.collection"
        " WHERE collection_id = ? AND vector IS NOT NULL",
        (core.settings.door.collection,),
    )
    assert core.gallery.people_count == searched


def _residents(core: Core) -> Iterator[Resident]:
    people, faces, pins = People(core.database), Faces(core.database), Pins(core.database, core.key)
    for collection in Collections(core.database).list():
        for person in people.list(collection.collection_id, limit=1000):
            stored = faces.list(
                collection.collection_id,
                person_id=person.person_id,
                limit=MOST_FACES_OF_A_PERSON,
            )
            (badge,) = person.badges
            former = core.database.rows(
                "SELECT former_faces.vector FROM former_faces JOIN people"
                " ON people.row = former_faces.person WHERE person_id = ?",
                (person.person_id,),
            )
            yield Resident(
                collection.collection_id,
                person.name,
                badge.number,
                tuple(
                    sorted(
                        digest(faces.embedding(each.face_id).vector.tobytes()) for each in stored
                    )
                ),
                _pin_of(pins, person),
                tuple(sorted(digest(vector) for (vector,) in former)),
            )


def digest(vector: bytes) -> str:
    """Return what a vector is known by here."""
    return hashlib.sha256(vector).hexdigest()[:16]


_later = itertools.count(1)


def _pin_of(pins: Pins, person: Person) -> str | None:
    if pins.state(person.person_id) is None:
        return None
    for pin in PINS:
        now = datetime.now(UTC) + timedelta(seconds=next(_later))
        if pins.check(person.person_id, pin, now=now, policy=POLICY).result is PinResult.RIGHT:
            return pin
    raise AssertionError("a PIN that nobody was given")


def _events(core: Core) -> Iterator[str]:
    for entry in core.audit.entries():
        event = entry.event
        if event.kind is EventKind.ALARM:
            yield f"alarm {event.detail}"
        elif event.kind in TOLD:
            yield str(event.kind)
