import importlib
from itertools import permutations
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from edge.similarity import fmr_of_similarity
from edge.vision.catalogue.sface import INT8

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The scripts, as they import each other."""
    monkeypatch.syspath_prepend(str(BENCH))
    return {name: importlib.import_module(name) for name in ("comparing", "looks", "tries")}


def made(bench: dict[str, ModuleType], people: int = 120, photos: int = 6) -> Any:
    """Return looks at invented people: every second of them has one photo alone."""
    looks, chance = bench["looks"], np.random.default_rng(3)
    owners = [f"p{n:03}" for n in range(people) for _ in range(photos if n % 2 else 1)]
    centres = {owner: chance.normal(0, 1, 128) for owner in owners}

    def view() -> Any:
        vectors = np.stack([centres[owner] + chance.normal(0, 1, 128) for owner in owners])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    return looks.Looks(
        np.array(owners),
        {name: view() for name in looks.VIEWS},
        {name: chance.uniform(1, 90, len(owners)) for name in looks.TRAITS},
    )


def test_rates_are_those_of_a_plain_loop(bench: dict[str, ModuleType]) -> None:
    """Every ordered pair of two photos, never a photo with itself."""
    looks = made(bench, people=30, photos=3)
    enrolled, shown = looks.vectors["mean"], looks.vectors["mirrored"]
    people = np.unique(looks.people, return_inverse=True)[1]

    found = bench["comparing"].outcome(enrolled, shown, people, INT8.calibration)

    pairs = list(permutations(range(len(people)), 2))
    reached = {(i, j): enrolled[i] @ shown[j] >= INT8.calibration.cosine(99.0) for i, j in pairs}
    genuine = [hit for (i, j), hit in reached.items() if people[i] == people[j]]
    strangers = [hit for (i, j), hit in reached.items() if people[i] != people[j]]
    assert (found.genuine, found.impostors) == (len(genuine), len(strangers))
    assert found.fnmr_at_99 == pytest.approx(1 - np.mean(genuine))
    assert found.ratio_at_99 == pytest.approx(np.mean(strangers) / fmr_of_similarity(99.0))


def test_nobody_is_in_both_halves(bench: dict[str, ModuleType]) -> None:
    """What was fitted on one half has seen nobody of the other."""
    looks = made(bench)

    a, b = bench["tries"].halves(looks)

    assert set(a.people) | set(b.people) == set(looks.people)
    assert not set(a.people) & set(b.people)
    assert min(len(set(half.people)) for half in (a, b)) > 40


def test_a_set_holds_photos_of_one_person_and_shares_none(bench: dict[str, ModuleType]) -> None:
    """Six photos make two sets, one photo makes none."""
    looks = made(bench)

    rows, people = bench["tries"].sets(looks)

    assert rows.shape == (2 * 60, 3)
    assert len(np.unique(rows)) == rows.size
    assert all(len(set(looks.people[row])) == 1 for row in rows)
    assert len(np.unique(people)) == 60


def test_every_try_fills_its_table(bench: dict[str, ModuleType]) -> None:
    """As many cells as there are headings."""
    improvements = importlib.import_module("improvements")
    looks = made(bench)

    for each in improvements.TRIES:
        rows = list(each.rows(looks))
        assert len(rows) >= 3
        assert {len(row) for row in rows} == {len(each.headings)}
