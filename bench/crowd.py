"""A crowd of made-up people to fill a collection with, and how long the list of them takes.

Run ``python bench/crowd.py [PEOPLE]``. Names are made of real first names and made-up family names,
so that searches find few, many or nobody, as in a real building; a face each, a badge each, some
suspended, expired, without a face. Every question is asked of a database that another process has
just written to, which empties SQLite's cache, as a door's or a second clerk's commit does.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import NewFace
from edge.collection.people import NewPerson, People, PeoplePage
from edge.domain import Badge, Box, ModelId, Pose, Quality, normalized
from edge.storage.database import Database
from edge.storage.key import Key

PEOPLE = 50_000
DIMENSION = 128
ROUNDS = 5
MODEL = ModelId("bench", "0" * 64)
FIRST_NAMES = [
    "Ada",
    "Åsa",
    "Chloé",
    "Élise",
    "Grace",
    "Hedy",
    "Ida",
    "Jürgen",
    "Karl",
    "Łukasz",
    "Mary",
    "Noor",
    "Olga",
    "Paul",
    "Zoë",
]
SYLLABLES = [
    "ba",
    "del",
    "fir",
    "gan",
    "hol",
    "kem",
    "lor",
    "mit",
    "nas",
    "pow",
    "rus",
    "sel",
    "tav",
    "vin",
    "wes",
]
_QUALITY = Quality(80.0, 60.0, Pose(0.0, 0.0, 0.0), 112.0, 0.0, 0.8)
_BOX = Box(0.25, 0.25, 0.5, 0.5)
BATCH = 1000
"""People in one transaction: few enough that others get their turn."""


def fill(
    database: Database, collection_id: str, people: int, *, model: ModelId = MODEL, seed: int = 1
) -> None:
    """Enroll *people* made-up people with faces of *model* and badges ``C000000`` and so on."""
    generator = np.random.default_rng(seed)
    store = People(database)
    now = datetime.now(UTC)
    dimension = Collections(database).describe(collection_id).dimension
    for start in range(0, people, BATCH):
        with database.transaction():
            for number in range(start, min(start + BATCH, people)):
                vector = generator.standard_normal(dimension).astype(np.float32)
                face = NewFace(normalized(vector, model), _BOX, 99.0, _QUALITY)
                person = store.enroll(
                    collection_id,
                    _told(number, generator, now),
                    [] if number % 97 == 0 else [face],
                    [Badge(f"C{number:06}")],
                )
                if number % 101 == 0:
                    store.suspend(person.person_id, now)


def _told(number: int, generator: np.random.Generator, now: datetime) -> NewPerson:
    family = "".join(generator.choice(SYLLABLES, 3)).title()
    first = str(generator.choice(FIRST_NAMES))
    until = now + timedelta(days=int(generator.integers(-30, 1000)))
    return NewPerson(
        name=f"{first} {family}",
        external_id=f"HR-{number:06}",
        valid_until=until if number % 3 else None,
        retention_until=now + timedelta(days=2000),
        declined=number % 97 == 0,
    )


def main(people: int) -> None:
    """Fill a collection and print how long each kind of question takes."""
    with tempfile.TemporaryDirectory() as folder:
        key, path = Key.random(), Path(folder) / "collection.db"
        with open_collection(path, key) as database, open_collection(path, key) as other:
            Collections(database).create("crowd", model=MODEL, dimension=DIMENSION)
            began = time.perf_counter()
            fill(database, "crowd", people)
            filled = time.perf_counter() - began
            store = People(database)
            table = Table(
                title=f"{people:,} people, filled in {filled:.0f} s; ms, worst of {ROUNDS}"
            )
            for column in ("question", "answer", "cold", "warm"):
                table.add_column(column, justify="left" if column == "question" else "right")
            for name, ask in _questions(store).items():
                cold, warm = [], []
                for _ in range(ROUNDS):
                    Collections(other).create("another", model=MODEL, dimension=DIMENSION)
                    Collections(other).delete("another")
                    cold.append(_timed(ask)[0])
                    milliseconds, page = _timed(ask)
                    warm.append(milliseconds)
                table.add_row(name, f"{page.total:,}", f"{max(cold):.1f}", f"{max(warm):.1f}")
    Console().print(table)


def _questions(store: People) -> dict[str, Callable[[], PeoplePage]]:
    page = store.page
    far = page("crowd", sort="name", descending=True).people[-1].person_id
    return {
        "first page": lambda: page("crowd"),
        "page near the end": lambda: page("crowd", cursor=far),
        "search elise": lambda: page("crowd", query="élise"),
        "search one name": lambda: page("crowd", query="ada badelfir"),
        "search a letter": lambda: page("crowd", query="a"),
        "search nobody": lambda: page("crowd", query="xyzzy"),
        "search a badge": lambda: page("crowd", query="C04999"),
        "sort by external id": lambda: page("crowd", sort="external_id"),
        "sort by enrolled": lambda: page("crowd", sort="created_at", descending=True),
        "sort by faces": lambda: page("crowd", sort="faces"),
        "sort by end": lambda: page("crowd", sort="valid_until"),
        "only suspended": lambda: page("crowd", state="suspended"),
        "only expired": lambda: page("crowd", state="expired", sort="valid_until"),
        "only valid": lambda: page("crowd", state="valid"),
        "search sort state": lambda: page("crowd", query="a", sort="valid_until", state="valid"),
    }


def _timed(ask: Callable[[], PeoplePage]) -> tuple[float, PeoplePage]:
    began = time.perf_counter()
    page = ask()
    return (time.perf_counter() - began) * 1000, page


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
