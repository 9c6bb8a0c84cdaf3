"""Galleries by chance, members who come back, strangers, and what is made of the searches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.domain import ModelId, normalized
from edge.door.identify import IdentityPolicy
from edge.errors import EvaluationError
from edge.evaluation.dataset import Photo
from edge.evaluation.judging import judged
from edge.evaluation.measure import Measured
from edge.evaluation.open_set import Searches, Setting, draws, search, search_all
from edge.evaluation.subject import Sight
from edge.evaluation.templates import make_two_kinds
from edge.similarity import Calibration, gallery_threshold

MODEL = ModelId("made-up", "0" * 64)
CALIBRATION = Calibration((-1.0, 0.5, 1.0), (0.0, -3.0, -9.0), "made up")
Shots = dict[int, list[Measured]]


@pytest.fixture(scope="module")
def shots() -> Shots:
    """Twenty people with seven photos, ten with two, thirty with one."""
    draw = np.random.default_rng(3)
    counts = [7] * 20 + [2] * 10 + [1] * 30
    centres = draw.normal(size=(len(counts), 48))
    return {
        person: [
            Measured(
                Sight.FOUND,
                normalized(
                    (centres[person] + 0.6 * draw.normal(size=48)).astype(np.float32), MODEL
                ),
                1.0,
            )
            for _ in range(count)
        ]
        for person, count in enumerate(counts)
    }


def test_strangers_are_never_enrolled_and_members_always(shots: Shots) -> None:
    """Whoever has one photo is a stranger; who has not enough for both sides is not searched for."""
    setting = Setting(people=25, enrolled=3, shown=3)

    for draw in draws(shots, setting, times=5):
        enrolled = [person for person, _ in draw.gallery]
        assert len(set(enrolled)) == len(enrolled) == 25
        assert {person for person, _ in draw.members} == {p for p in enrolled if p < 20}
        strangers = {person for person, _ in draw.strangers}
        assert strangers == {*range(30, 60), *({*range(20)} - {*enrolled})}


def test_no_photo_is_enrolled_and_shown(shots: Shots) -> None:
    """A single photo, enrolled and shown, would find itself with a cosine of one."""
    for draw in draws(shots, Setting(people=30, enrolled=1, shown=1), times=5):
        for (_, enrolled), (_, shown) in zip(draw.gallery, draw.members, strict=True):
            assert enrolled.cosine(shown) < 1 - 1e-6


def test_the_same_galleries_are_drawn_every_time(shots: Shots) -> None:
    """Chance with a seed, so that a figure can be had again."""
    one, other = (search_all(shots, Setting(20, 1, 1), times=3) for _ in range(2))

    assert np.array_equal(one.best, other.best)
    assert np.array_equal(one.best_cosine, other.best_cosine)


def test_a_search_finds_the_two_most_alike(shots: Shots) -> None:
    """As comparing embedding with embedding says."""
    (draw,) = draws(shots, Setting(people=12, enrolled=3, shown=1), times=1)

    found = search(draw)

    for at, (_, shown) in enumerate([*draw.members, *draw.strangers]):
        ranked = sorted(((shown.cosine(each), who) for who, each in draw.gallery), reverse=True)
        assert (found.best[at], found.second[at]) == (ranked[0][1], ranked[1][1])
        assert found.best_cosine[at] == pytest.approx(ranked[0][0], abs=1e-6)
        assert found.second_cosine[at] == pytest.approx(ranked[1][0], abs=1e-6)


def test_too_few_people_fill_no_gallery(shots: Shots) -> None:
    """Those with one photo cannot be enrolled: nothing would be left to show."""
    with pytest.raises(EvaluationError, match="31 people"):
        list(draws(shots, Setting(people=31, enrolled=1, shown=1), times=1))


def searches(*rows: tuple[int, bool, int, int, float, float]) -> Searches:
    """Return searches of these rows: person, known, best, second, and both cosines."""
    person, known, best, second, first, other = zip(*rows, strict=True)
    return Searches(
        np.array(person, np.int32),
        np.array(known, bool),
        np.array(best, np.int32),
        np.array(second, np.int32),
        np.array(first),
        np.array(other),
    )


def test_a_member_is_missed_below_the_threshold_or_behind_another() -> None:
    """FNIR; a stranger above it is a false positive, and the door's margin may still refuse."""
    above = CALIBRATION.cosine(gallery_threshold(500)) + 0.01
    doubtful = above - IdentityPolicy().margin / 2
    found = searches(
        (1, True, 1, 2, above, 0.1),  # recognized
        (2, True, 2, 1, above - 0.02, 0.1),  # below the threshold
        (3, True, 4, 3, above, 0.1),  # another before her
        (4, True, 4, 3, above, doubtful),  # recognized, but too little ahead
        (8, False, 1, 2, above, 0.1),  # a stranger taken for somebody
        (9, False, 1, 2, above, doubtful),  # one in doubt
        (9, False, 2, 1, 0.2, 0.1),
        (10, False, 2, 1, 0.2, 0.1),
        (7, False, 2, 1, above, 0.1),  # has several photos
    )

    result = judged(found, Setting(500, 1, 1), CALIBRATION, alone={8, 9, 10}, draws=1)

    assert (result.fnir.events, result.fnir.trials) == (2, 4)
    assert (result.fpir.events, result.fpir.trials) == (2, 4)
    assert result.fpir_fused is not None
    assert (result.fpir_fused.events, result.fpir_fused.trials) == (1, 1)
    assert (result.door.let_in.events, result.door.missed.events) == (1, 3)
    assert (result.door.doubted.events, result.door.confused.events) == (1, 1)
    assert result.fpir.interval.low <= result.fpir.share <= result.fpir.interval.high


def test_the_threshold_for_an_fpir_lets_no_more_strangers_in(shots: Shots) -> None:
    """And the FNIR falls as more of them are accepted."""
    found = search_all(shots, Setting(20, 1, 1), times=40)  # 1,200 strangers

    result = judged(found, Setting(20, 1, 1), CALIBRATION, alone={*range(30, 60)}, draws=40)

    strangers = found.of(~found.known)
    for at in result.at_rates:
        above = strangers.best_cosine > CALIBRATION.cosine(at.similarity) + 1e-9
        assert above.mean() <= at.fpir
    fpirs, fnirs = zip(*result.curve, strict=True)
    assert list(fpirs) == sorted(fpirs)
    assert list(fnirs) == sorted(fnirs, reverse=True)


def test_references_and_probes_share_no_photo() -> None:
    """Eleven photos make two references of three, and two probes of two; one is left over."""
    centre = np.eye(16, dtype=np.float32)
    measured = {
        Photo("ada", Path(f"{at:02}.jpg")): Measured(
            Sight.FOUND, normalized(centre[at], MODEL), 1.0
        )
        for at in range(11)
    }

    references, probes = make_two_kinds(measured, {"ada": 0}, enrolled=3, shown=2)

    assert (len(references), len(probes)) == (2, 2)
    assert np.abs(references.vectors @ probes.vectors.T).max() < 1e-6
    with pytest.raises(EvaluationError, match="nobody has 10 photos and 2 more"):
        make_two_kinds(measured, {"ada": 0}, enrolled=10, shown=2)
