"""Damage at random places: what is lost is noticed, and nobody gets in who had gone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from edge.domain import Pixels
from edge.vision.models import ModelStore
from tests.edge.quarantine.damaging import damaged, site


@pytest.mark.parametrize(("since", "seed"), [("erased", 1), ("revoked", 2)])
def test_a_man_who_had_gone_is_not_let_in_by_a_damaged_file(
    tmp_path: Path, models: ModelStore, carphone: list[Pixels], since: str, seed: int
) -> None:
    """A few of the many runs of the slow suite; the backup still knows him."""
    original = site(tmp_path / "site", models, carphone, since=since)
    chance = random.Random(seed)
    for number in range(4):
        outcome = damaged(original, tmp_path / f"run-{number}", chance)
        assert outcome.releases == 0, outcome
        assert not outcome.refused, outcome


def test_whoever_may_pass_is_let_in_after_the_people_came_back(
    tmp_path: Path, models: ModelStore, carphone: list[Pixels]
) -> None:
    """The same man, door and damage, but nothing had been taken from him: it would have opened."""
    original = site(tmp_path / "site", models, carphone, since="")
    chance, opened = random.Random(3), 0
    for number in range(4):
        outcome = damaged(original, tmp_path / f"run-{number}", chance)
        assert outcome.releases == (0 if outcome.lockdown else 1), outcome
        opened += outcome.releases
    assert opened
