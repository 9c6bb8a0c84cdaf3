"""Two hundred damaged devices: what is damaged is noticed, and the lock stays where it must."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from edge.domain import Pixels
from edge.vision.models import ModelStore
from tests.edge.quarantine.damaging import Outcome, damaged, site

RUNS = int(os.environ.get("OSTIARY_DAMAGED_DEVICES", "200"))
"""A fifth of them for each of five cases."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("since", "at_rest"),
    [("erased", True), ("erased", False), ("revoked", True), ("revoked", False), ("", True)],
)
def test_damage_anywhere_lets_nobody_in_who_had_gone(
    tmp_path: Path, models: ModelStore, carphone: list[Pixels], since: str, *, at_rest: bool
) -> None:
    """A man stands before every door, whom the backup knows.

    Was he erased since, or his badge revoked, he never passes; else he does, unless the door is locked
    down. On a device at rest no damage of a database goes unnoticed; with logs beside them, one may lie in a
    page that nobody reads any more. No door fails to start.
    """
    original = site(tmp_path / "site", models, carphone, since=since, at_rest=at_rest)
    seed = os.environ.get("OSTIARY_DAMAGED_SEED", "20261125")
    chance = random.Random(f"{seed} {since} {at_rest}")
    outcomes = [damaged(original, tmp_path / f"{run}", chance) for run in range(RUNS // 5)]

    for outcome in outcomes:
        assert not outcome.refused, outcome
        assert outcome.releases == (1 if not since and not outcome.lockdown else 0), outcome
        if at_rest:
            assert outcome.aside == (outcome.target,), outcome
    print(_summary(outcomes))  # noqa: T201 - the figure that the documentation states


def _summary(outcomes: list[Outcome]) -> str:
    aside = sum(bool(outcome.aside) for outcome in outcomes)
    lockdown = sum(outcome.lockdown for outcome in outcomes)
    releases = sum(outcome.releases for outcome in outcomes)
    return f"{len(outcomes)} devices: {aside} put aside, {lockdown} locked down, {releases} opened"
