"""The application on real databases and networks, built as `ostiary web` builds it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from edge.config import DoorSettings, LiveSettings, Settings, StorageSettings
from edge.config.rekognition import RekognitionSettings
from edge.core import Core
from edge.storage.database import Database
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from enroll.application import create_app
from enroll.passwords import Passwords
from enroll.store import open_web

DOOR = "badges"


@dataclass(frozen=True, slots=True)
class Application:
    """The pages, what stands behind them, and the database of their accounts."""

    app: Flask
    core: Core
    web: Database


@contextmanager
def application(
    folder: Path,
    photos: Path,
    *,
    models: ModelStore,
    recognizer: Recognizer,
    passwords: Passwords,
    **more: Any,
) -> Iterator[Application]:
    """Build it on *folder*, with *photos* as the bucket of that name; *more* goes to the pages."""
    live = Path(tempfile.mkdtemp(prefix="ostiary-test-", dir="/dev/shm"))
    core = Core(
        Settings(
            storage=StorageSettings(folder=folder, key_file=folder / "ostiary.key"),
            door=DoorSettings(name="front", collection=DOOR),
            live=LiveSettings(folder=live),
            rekognition=RekognitionSettings(buckets={"photos": photos}),
        )
    )
    core.models, core.recognizer = models, recognizer
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
            **more,
        )
        yield Application(app, core, web)
