"""What the processor can do is the difference between two chains of products."""

from __future__ import annotations

import pytest

from edge.benchmark.networks import LEAST_ROUNDS, achieved, quickest
from edge.benchmark.peak import CHANNELS, LONG, SHORT, SIDE, Peaks, chains, peaks_of
from edge.benchmark.work import Work, work_of
from edge.errors import BenchmarkError
from edge.vision.models import ModelStore

PRODUCT = (SIDE * CHANNELS) ** 2


def test_chains_are_products_and_nothing_else() -> None:
    """Their files differ by four products in the kind that they are named after."""
    with chains() as files:
        work = {name: work_of(path.read_bytes()) for name, path in files.items()}

    eight, whole = ((work[f"{kind} {LONG}"], work[f"{kind} {SHORT}"]) for kind in ("int8", "float"))
    assert eight[0].eight - eight[1].eight == (LONG - SHORT) * PRODUCT
    assert eight[0].whole == eight[1].whole
    assert whole[0].whole - whole[1].whole == (LONG - SHORT) * PRODUCT
    assert not any(path.exists() for path in files.values())


def test_every_chain_runs() -> None:
    """With one thread and with two, in turns; each has a time."""
    with chains() as files:
        for threads in (1, 2):
            best = quickest(files, rounds=1, threads=threads)
            assert best.keys() == files.keys()
            assert all(seconds > 0 for seconds in best.values())


def test_a_slow_machine_is_not_kept_for_long(models: ModelStore) -> None:
    """Three rounds are measured at least, and no more once the time is over."""
    rounds: list[None] = []

    quickest(
        {"mesh": models.path("face-mesh")},
        rounds=50,
        seconds=0,
        progress=lambda: rounds.append(None),
    )

    assert len(rounds) == LEAST_ROUNDS


def test_what_all_chains_take_is_no_part_of_the_peak() -> None:
    """One second for the ends of a chain, a second for each product."""
    best = {"int8 1": 3.0, "int8 5": 7.0, "float 1": 5.0, "float 5": 13.0}

    assert peaks_of(best) == Peaks(eight=PRODUCT, whole=PRODUCT / 2)


def test_a_busy_machine_gives_no_figure() -> None:
    """A longer chain that took less time says nothing of the processor."""
    with pytest.raises(BenchmarkError, match="too busy"):
        peaks_of({"int8 1": 1.0, "int8 5": 0.9, "float 1": 1.0, "float 5": 2.0})


def test_a_network_is_held_against_its_own_kinds() -> None:
    """Half of the time of the peak is half of the peak."""
    one = achieved(
        "net",
        Work(eight=40, whole=10, bytes=25, weights=5, shape=(1,)),
        8.0,
        Peaks(eight=20, whole=5),
    )

    assert one.limit == 4
    assert one.share == 0.5
    assert one.rate == 50 / 8
