"""The list of people on the admin page, timed with a large building's people.

Run ``python bench/web.py [PEOPLE]``. The whole application answers, from the session's cookie to
the last byte of the page, as `ostiary web` would, without a network. "cold" is right after another
process has written to the database, which empties SQLite's cache, as a door or a second clerk does;
shown are the median and the worst of all rounds. The run fails if a median is above the limit: the
worst also tells what else the machine was busy with.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import crowd
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.config import Settings, StorageSettings
from edge.core import Core
from edge.storage.database import Database
from enroll.accounts import Accounts, Role
from enroll.application import create_app
from enroll.passwords import Passwords
from enroll.store import open_web

PEOPLE = 50_000
ROUNDS = 7
LIMIT = 200.0
"""Milliseconds: what people take for at once is about 100 ms, of which the network needs some."""

PASSWORD = "quiet harbour nine lamps"  # noqa: S105 - of an account that lives for this run
LIST, ROWS = "/admin/people", "/admin/people/rows"
QUESTIONS = {
    "first page": LIST,
    "search élise": f"{ROWS}?q=élise",
    "search one name": f"{ROWS}?q=ada badelfir",
    "search one letter": f"{ROWS}?q=a",
    "search nobody": f"{ROWS}?q=xyzzy",
    "search a badge": f"{ROWS}?q=C04999",
    "sort by external id": f"{LIST}?sort=external_id",
    "sort by enrolled, last first": f"{LIST}?sort=created_at&order=down",
    "sort by faces": f"{LIST}?sort=faces",
    "sort by end": f"{LIST}?sort=valid_until",
    "only suspended": f"{LIST}?state=suspended",
    "only expired": f"{LIST}?state=expired",
    "search, sort and filter": f"{LIST}?q=a&sort=valid_until&state=valid",
}


def main(people: int) -> None:
    """Print one table."""
    table = Table(title=f"{people:,} people, ms of the server, median and worst of {ROUNDS}")
    for column in ("question", "page, kB", "cold", "worst", "warm", "worst"):
        table.add_column(column, justify="left" if column == "question" else "right")
    medians: list[float] = []
    with tempfile.TemporaryDirectory() as folder, signed_in(Path(folder), people) as (web, other):
        questions = QUESTIONS | {"page after page, the 20th": _twentieth(web)}
        for name, path in questions.items():
            cold, warm, size = [], [], 0
            for _ in range(ROUNDS):
                _disturb(other)
                cold.append(_asked(web, path)[0])
                milliseconds, size = _asked(web, path)
                warm.append(milliseconds)
            medians += [median(cold), median(warm)]
            told = (median(cold), max(cold), median(warm), max(warm))
            table.add_row(name, f"{size / 1000:.0f}", *(f"{value:.1f}" for value in told))
    Console().print(table)
    if max(medians) > LIMIT:
        sys.exit(f"{max(medians):.0f} ms are more than {LIMIT:.0f} ms")


@contextmanager
def signed_in(folder: Path, people: int) -> Iterator[tuple[FlaskClient, Database]]:
    """Build a house with *people*; give somebody signed in, and another program's connection."""
    settings = replace(
        Settings(), storage=StorageSettings(folder=folder, key_file=folder / "ostiary.key")
    )
    core = Core(settings)
    collection_id, passwords = settings.door.collection, Passwords(_cheap())
    core.ensure_collection(collection_id)
    crowd.fill(core.database, collection_id, people, model=core.embedder.model)
    with (
        open_web(core.web_path, core.key) as web,
        open_collection(core.collection_path, core.key) as other,
    ):
        Accounts(web).create(
            name="Bench",
            role=Role.OWNER,
            password_hash=passwords.hash(PASSWORD),
            now=datetime.now(UTC),
        )
        app = create_app(
            core=core,
            site="Bench",
            collection_id=collection_id,
            database=core.database,
            web=web,
            enroller=core.enroller,
            audit=core.audit,
            passwords=passwords,
        )
        app.config["WTF_CSRF_ENABLED"] = False  # for the one form that signs in
        client = app.test_client()
        client.post("/sign-in", data={"name": "Bench", "password": PASSWORD})
        yield client, other
    core.close()


def _asked(client: FlaskClient, path: str) -> tuple[float, int]:
    """Return milliseconds and bytes of one answer."""
    began = time.perf_counter()
    answer = client.get(path, buffered=True)
    size = len(answer.data)
    taken = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        sys.exit(f"{path} answers {answer.status}")
    return taken, size


def _twentieth(client: FlaskClient) -> str:
    """Return the address of the twentieth page."""
    path = LIST
    for _ in range(19):
        text = client.get(path, buffered=True).text
        path = text.partition('rel="next"')[2].partition('href="')[2].partition('"')[0] or LIST
        path = path.replace("&amp;", "&")
    return path


def _disturb(other: Database) -> None:
    collection = Collections(other).list()[0]
    Collections(other).create("x", model=collection.model, dimension=collection.dimension)
    Collections(other).delete("x")


def _cheap() -> PasswordHasher:
    return PasswordHasher.from_parameters(CHEAPEST)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
