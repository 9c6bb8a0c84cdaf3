from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from edge.domain import Embedding, ModelId, QualityReason, fuse, normalized
from edge.evaluation.dataset import Photo
from edge.evaluation.groups.counting import tally
from edge.evaluation.groups.labels import Labels
from edge.evaluation.groups.own import LEAST_SHOWN, Door, door_of, own_report
from edge.evaluation.groups.tables import as_json, warnings
from edge.evaluation.measure import Measured
from edge.evaluation.subject import Sight
from edge.similarity import Calibration, gallery_threshold

MODEL = ModelId("synthetic", "0" * 64)
CALIBRATION = Calibration((-1.0, 0.3, 0.6, 1.0), (0.0, -3.0, -5.0, -8.0), "made for a test")


def made(name: str, vector: list[float], *reasons: QualityReason) -> Measured:
    """Return a photo in which somebody was found."""
    return Measured(
        Sight.FOUND, normalized(np.array(vector, np.float32), MODEL), weight=1.0, reasons=reasons
    )


def photo(person: str, number: int) -> Photo:
    """Return a file of hers that nobody opens."""
    return Photo(person, Path(person) / f"{number}.jpg")


def crowd(
    people: int,
    *,
    seed: int = 1,
    spread: float = 0.5,
    alike: float = 0.0,
    prefix: str = "p",
    shots: int = 3,
) -> dict[Photo, Measured]:
    """Return some *shots* of each of *people*, around a direction of hers.

    *spread* makes her photos differ; *alike* moves all of them towards one direction.
    """
    chance = np.random.default_rng(seed)
    common = np.eye(64)[0]
    measured = {}
    for number in range(people):
        centre = chance.normal(0, 1, 64)
        centre = centre / np.linalg.norm(centre) + alike * common
        for shot in range(shots):
            vector = centre + spread * chance.normal(0, 1, 64) / 8
            name = f"{prefix}{number:03}"
            measured[photo(name, shot)] = made(name, vector.tolist())
    return measured


def test_every_pair_is_counted_once_and_as_what_it_is() -> None:
    """Against a plain loop over all pairs of photos."""
    measured = crowd(8, spread=1.2, alike=1.0)
    counts = tally(measured, threshold=0.4, lower=0.2)

    missed = accepted = 0
    for (one, first), (other, second) in combinations(measured.items(), 2):
        assert first.embedding is not None
        assert second.embedding is not None
        reached = float(first.embedding.vector @ second.embedding.vector) >= 0.4
        missed += one.person == other.person and not reached
        accepted += one.person != other.person and reached

    assert (counts.missed.sum(), counts.accepted.sum() // 2) == (missed, accepted)
    assert counts.genuine.sum() == 8 * 3
    assert counts.pairs.sum() // 2 == 8 * 7 // 2 * 9
    assert missed > 0
    assert accepted > 0


def test_fused_sets_are_compared_as_embeddings_are() -> None:
    """By the very cosine of two fused faces; a set is not compared with itself."""
    measured = crowd(6, spread=1.5, shots=6)
    sets: dict[str, list[Embedding]] = {}
    photos = sorted(measured)
    for start in range(0, len(photos), 3):
        three = [measured[each].embedding for each in photos[start : start + 3]]
        sets.setdefault(photos[start].person, []).append(fuse([one for one in three if one]))
    cosines = [one.cosine(other) for one, other in sets.values()]
    middle = float(np.median(cosines))

    counts = tally(measured, threshold=middle, lower=middle, fused=3)

    assert counts.genuine.tolist() == [1] * 6
    assert counts.missed.tolist() == [int(cosine < middle) for cosine in cosines]
    assert counts.pairs[0, 1] == 2 * 2
    assert counts.photos.tolist() == [6] * 6


def test_a_photo_without_a_face_is_not_found_and_in_no_pair() -> None:
    """And one that the gate refuses is compared all the same, and counted with its reason."""
    measured = crowd(2)
    measured[photo("p000", 9)] = Measured(Sight.NO_FACE)
    measured[photo("p001", 9)] = made(
        "p001", np.eye(64)[5].tolist(), QualityReason.LOW_SHARPNESS, QualityReason.EXTREME_POSE
    )

    counts = tally(measured, threshold=0.5, lower=0.3)

    assert counts.not_found.tolist() == [1, 0]
    assert counts.refused.tolist() == [0, 1]
    assert counts.reasons[1][QualityReason.LOW_SHARPNESS] == 1
    assert counts.genuine.tolist() == [3, 6]
    assert counts.missed.tolist() == [0, 3]
    assert counts.pairs[0, 1] == 3 * 4


def test_a_group_whose_people_are_more_alike_stands_out() -> None:
    """Forty people of each; the strangers of one share a direction, and are accepted more often."""
    plain, close = crowd(40), crowd(40, seed=2, alike=1.0, prefix="q")
    labels = Labels(
        ("half",),
        {
            one.person: {"half": "plain" if one.person[0] == "p" else "close"}
            for one in plain | close
        },
    )

    report = own_report(
        plain | close,
        labels,
        model=MODEL,
        calibration=CALIBRATION,
        door=Door(80, 99.0, 93.7),
    )

    (division,) = report.divisions
    found = dict(division.differentials)["strangers alike at the lower threshold"]
    assert found is not None
    assert (found.highest, found.lowest, found.shown) == ("close", "plain", True)
    assert {one.name: one.people for one in division.groups} == {"close": 40, "plain": 40}


def test_a_handful_of_people_is_counted_and_not_shown() -> None:
    """Their figures would be somebody's."""
    measured = crowd(30)
    names = sorted({one.person for one in measured})
    few = LEAST_SHOWN - 1
    said = {name: {"where": "night" if at < few else "day"} for at, name in enumerate(names[:-3])}

    report = own_report(
        measured,
        Labels(("where",), said),
        model=MODEL,
        calibration=CALIBRATION,
        door=Door(30, 99.0, 93.7),
    )

    (division,) = report.divisions
    assert [one.name for one in division.groups] == ["day"]
    assert (division.too_small, division.unsaid) == (few, 3)
    assert "night" not in str(as_json(report))
    assert any(f"({few} people)" in warning for warning in warnings(report))


def test_nobody_is_named() -> None:
    """Not in the report, whose groups are the site's words and whose figures are totals."""
    measured = crowd(25)
    said = {one.person: {"shift": "early"} for one in measured}

    report = own_report(
        measured,
        Labels(("shift",), said),
        model=MODEL,
        calibration=CALIBRATION,
        door=Door(25, 99.0, 93.7),
    )

    assert "p000" not in f"{report!r} {as_json(report)}"
    assert "p000" not in repr(Labels(("shift",), said))


def test_what_so_few_people_cannot_tell_is_said() -> None:
    """The door's rate takes three hundred thousand pairs of people, by the rule of three."""
    report = own_report(
        crowd(10), Labels(), model=MODEL, calibration=CALIBRATION, door=Door(10, 99.0, 93.7)
    )

    (warning,) = warnings(report)
    assert "45 pairs of people are too few" in warning
    assert "300,000" in warning


def test_the_threshold_is_that_of_a_door_for_these_people() -> None:
    """A large site raises it, a small one never lowers it."""
    assert door_of(50, floor=99.0, target_fpir=0.003).similarity == 99.0
    assert door_of(5000, floor=99.0, target_fpir=0.003).similarity == pytest.approx(
        gallery_threshold(5000)
    )
