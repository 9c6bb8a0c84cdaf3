"""The whole application on real files, with the real recognizer and a clock that tests set."""

from __future__ import annotations

import html
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from edge.audit import Audit
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.search import Gallery
from edge.config import DoorSettings, LiveSettings, Settings, StorageSettings
from edge.core import Core
from edge.domain import Pixels
from edge.enrolling import Enroller
from edge.storage.database import Database
from edge.storage.key import Key
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from enroll.accounts import Account, Accounts, Role
from enroll.application import create_app
from enroll.passwords import Passwords
from enroll.store import open_web

PASSWORD = "quiet harbour nine lamps"  # noqa: S105 - of accounts that live for one test


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass
class Browser:
    """A client that sends each form with the token of the page that shows it."""

    client: FlaskClient
    answers: list[TestResponse] = field(default_factory=list)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, buffered=True, **more)

    def send(
        self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None
    ) -> TestResponse:
        token = token_in(self.client.get(page or path))
        form = {"csrf_token": token} | (data or {})
        if not form.keys() & {"photos", "files"}:
            return self.client.post(path, data=form)
        # Encoded in memory: the client would spool large forms to a file, and not close it.
        boundary, body = encode_multipart(form)
        return self.client.post(
            path, data=body, content_type=f"multipart/form-data; boundary={boundary}"
        )

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.send("/sign-in", {"name": name, "password": password})


@dataclass(frozen=True)
class House:
    """What stands behind the pages, for looking at it directly."""

    app: Flask
    folder: Path
    core: Core
    database: Database
    web: Database
    gallery: Gallery
    audit: Audit
    passwords: Passwords
    clock: Clock

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def account(self, name: str, role: Role) -> Account:
        return Accounts(self.web).create(
            name=name,
            role=role,
            password_hash=self.passwords.hash(PASSWORD),
            now=self.clock(),
        )

    def signed_in(self, role: Role) -> Browser:
        self.account(f"the {role}", role)
        browser = self.browser()
        assert browser.sign_in(f"the {role}").status_code == 302
        return browser


def token_in(answer: TestResponse) -> str:
    """Return the token of the forms of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def fields_of(text: str) -> dict[str, str]:
    """Return the fields of a page's forms as a browser would send them."""
    inputs = re.findall(r'<input [^>]*?name="(\w+)"[^>]*?value="([^"]*)"([^>]*)>', text, re.DOTALL)
    return {
        name: html.unescape(value)
        for name, value, more in inputs
        if "checked" in more or name != "declined"
    }


def jpeg(pixels: Pixels) -> bytes:
    """Return *pixels* as a camera would save them."""
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def upload(*photos: bytes) -> list[FileStorage]:
    """Return *photos* as a form sends them; for none, what a browser sends where none is chosen."""
    if not photos:
        return [FileStorage(BytesIO(), filename="", name="photos")]
    return [
        FileStorage(BytesIO(photo), filename=f"IMG_{number}.jpg", name="photos")
        for number, photo in enumerate(photos)
    ]


@pytest.fixture
def memory() -> Iterator[Path]:
    """Give a folder in memory, for what the door sees."""
    path = Path(tempfile.mkdtemp(prefix="ostiary-test-", dir="/dev/shm"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def house(
    tmp_path: Path, memory: Path, models: ModelStore, recognizer: Recognizer, passwords: Passwords
) -> Iterator[House]:
    """Build the application as `ostiary web` does, in a folder of its own."""
    key, clock = Key.random(), Clock()
    path = tmp_path / "collection.db"
    core = Core(
        Settings(
            storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
            door=DoorSettings(name="front"),
            live=LiveSettings(folder=memory),
        )
    )
    core.key, core.models, core.recognizer = key, models, recognizer
    with (
        open_collection(path, key) as database,
        open_web(tmp_path / "web.db", key) as web,
        Audit(tmp_path / "audit.db", key) as audit,
        closing(core),
    ):
        Collections(database).ensure("badges", model=recognizer.model, dimension=128)
        with Gallery(path, key, "badges", calibration=recognizer.calibration) as gallery:
            core.database, core.audit, core.gallery = database, audit, gallery
            app = create_app(
                core=core,
                site="Lighthouse",
                collection_id="badges",
                database=database,
                web=web,
                enroller=Enroller(
                    examiner=core.examiner,
                    database=database,
                    gallery=gallery,
                    audit=audit,
                    collection_id="badges",
                    clock=clock,
                ),
                audit=audit,
                passwords=passwords,
                clock=clock,
            )
            yield House(app, tmp_path, core, database, web, gallery, audit, passwords, clock)


@pytest.fixture(scope="session")
def portrait(astronaut: Pixels) -> bytes:
    """Show one woman."""
    return jpeg(astronaut)


@pytest.fixture(scope="session")
def driver(carphone: list[Pixels]) -> tuple[bytes, ...]:
    """Show one man three times."""
    return tuple(jpeg(carphone[number]) for number in (0, 20, 40))
