"""The whole application with real networks, and somebody of every role signed in, for the targets."""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from flask.testing import FlaskClient

from edge.collection.people import NewPerson, People
from edge.config import DoorSettings, LiveSettings, Settings, StorageSettings
from edge.config.rekognition import RekognitionSettings
from edge.core import Core
from edge.domain import Badge
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from enroll.accounts import Accounts, Role
from enroll.application import create_app
from enroll.passwords import Passwords
from enroll.rekognition.keys import AccessKey, AccessKeys
from enroll.rekognition.operations import OFFERED
from enroll.store import open_web

DOOR = "badges"
PASSWORD = "quiet harbour nine lamps"  # noqa: S105 - of accounts that live for one target
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
NAMES = ("Ada", "Grace", "Mary")


class Trouble(logging.Handler):
    """Keeps the exception behind the last page that could not be made."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.exc_info[1] if record.exc_info else None

    def refuse(self, status: int, what: str) -> None:
        """Raise what is behind a *status* that says that it was our fault.

        :raises AssertionError: if it is one.
        """
        error, self.last = self.last, None
        if status >= 500:
            raise AssertionError(f"{what} was answered with {status}") from error


@dataclass(slots=True)
class Clock:
    """A clock that stands still until somebody has to wait."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class House:
    """The application, whom it knows, a key for everything, and who is signed in by role."""

    app: Flask
    core: Core
    people: People
    accounts: Accounts
    passwords: Passwords
    key: AccessKey
    secret: str
    clock: Clock
    trouble: Trouble = field(default_factory=Trouble)
    signed_in: dict[Role, tuple[FlaskClient, str]] = field(default_factory=dict)

    def person_ids(self) -> list[str]:
        """Return who is there; whoever was lost is put back."""
        there = self.people.list(DOOR)
        for number, name in enumerate(NAMES[len(there) :]):
            badge = Badge(f"{len(there)}{number}{os.urandom(4).hex()}")
            self.people.enroll(DOOR, NewPerson(name=name), badges=[badge])
        return [person.person_id for person in self.people.list(DOOR)]

    def browser(self, role: Role) -> tuple[FlaskClient, str]:
        """Return a browser in which somebody of *role* is signed in, and the token of its forms."""
        if role not in self.signed_in:
            self.clock.now += timedelta(hours=1)  # whoever has tried too often must wait
            name = f"{role} {os.urandom(4).hex()}"
            self.accounts.create(
                name=name, role=role, password_hash=self.passwords.hash(PASSWORD), now=self.clock()
            )
            client = self.app.test_client()
            form = {"name": name, "password": PASSWORD, "csrf_token": token_in(client, "/sign-in")}
            assert client.post("/sign-in", data=form).status_code == 302
            self.signed_in[role] = client, token_in(client, "/admin/password")
        return self.signed_in[role]


def token_in(client: FlaskClient, path: str) -> str:
    """Return the token of the forms of a page."""
    page = client.get(path).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, page[:300]
    return found[1]


def _models() -> ModelStore:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = os.environ.get("OSTIARY_TEST_MODELS") or caches / "ostiary-tests" / "models"
    store = ModelStore(Path(folder))  # as tests/conftest.py keeps them
    store.prepare_all()
    return store


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Build the application as `ostiary web` does, in *folder*."""
    live = Path(tempfile.mkdtemp(prefix="ostiary-fuzz-", dir="/dev/shm"))
    photos = folder / "photos"
    photos.mkdir()
    core = Core(
        Settings(
            storage=StorageSettings(folder=folder, key_file=folder / "ostiary.key"),
            door=DoorSettings(name="front", collection=DOOR),
            live=LiveSettings(folder=live),
            rekognition=RekognitionSettings(buckets={"photos": photos}),
        )
    )
    core.models = _models()
    core.recognizer = Recognizer.load(core.models)
    passwords = Passwords(PasswordHasher.from_parameters(CHEAPEST))
    clock = Clock()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, live, ignore_errors=True)
        stack.enter_context(closing(core))
        core.ensure_collection(DOOR)
        web = stack.enter_context(open_web(core.web_path, core.key))
        app = create_app(
            core=core,
            site="Lighthouse",
            collection_id=DOOR,
            database=core.database,
            web=web,
            enroller=core.enroller,
            audit=core.audit,
            passwords=passwords,
            clock=clock,
        )
        key, secret = AccessKeys(web).create(
            label="fuzz",
            operations=tuple(operation.name for operation in OFFERED),
            collections=("*", DOOR),
            created_by="fuzz",
            now=NOW,
        )
        house = House(
            app, core, People(core.database), Accounts(web), passwords, key, secret, clock
        )
        logging.getLogger("enroll").addHandler(house.trouble)
        stack.callback(logging.getLogger("enroll").removeHandler, house.trouble)
        house.person_ids()
        yield house
