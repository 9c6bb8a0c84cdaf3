from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Embedding, ModelId, Pixels, QualityReason, normalized
from edge.evaluation.card.robustness import markdown
from edge.evaluation.dataset import Photo
from edge.evaluation.intervals import wilson
from edge.evaluation.robustness.kinds import KINDS, UNCHANGED
from edge.evaluation.robustness.spoiling import spoil_all
from edge.evaluation.robustness.trial import Probe, first_two, judge, spoilt
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

MODEL = ModelId("synthetic", "0" * 64)


def vector(*values: float) -> Embedding:
    """Return a face by the direction of its vector."""
    return normalized(np.array(values, np.float32), MODEL)


ENROLLED = {
    "Ann": vector(1, 0, 0, 0),
    "Bea": vector(0, 1, 0, 0),
    "Cem": vector(0, 0, 1, 0),
}


def test_what_a_kind_does_is_counted_person_by_person() -> None:
    """Of four: one matches, one is taken for another, one is refused, one is not found."""
    probes = [
        Probe("Ann", vector(0.9, 0, 0, 0.3)),
        Probe("Bea", vector(0.9, 0.1, 0, 0)),
        Probe("Cem", vector(0, 0, 1, 0), (QualityReason.LOW_SHARPNESS,)),
        Probe("Ann", None),
    ]

    (kind,) = judge({"fog": probes}, ENROLLED, similarity=99.0, cosine=0.5).kinds

    assert (kind.not_found.events, kind.not_found.trials) == (1, 4)
    assert (kind.refused.events, kind.refused.trials) == (1, 3)
    assert kind.reasons == ((QualityReason.LOW_SHARPNESS, 1),)
    assert (kind.missed.events, kind.missed.trials) == (1, 3)
    assert (kind.missed_passed.events, kind.missed_passed.trials) == (1, 2)
    assert (kind.kept_out.events, kind.kept_out.trials) == (3, 4)
    assert (kind.strangers.events, kind.strangers.trials) == (1, 6)
    assert (kind.strangers_passed.events, kind.strangers_passed.trials) == (1, 4)
    assert kind.missed.interval == wilson(1, 3)


def test_where_no_stranger_is_accepted_the_rate_may_still_be_above_nothing() -> None:
    """The interval's end says how much the pairs leave open."""
    probes = [Probe("Ann", vector(0, 0, 0, 1))]

    (kind,) = judge({"fog": probes}, ENROLLED, similarity=99.0, cosine=0.5).kinds

    assert kind.strangers.events == 0
    assert kind.strangers.interval == wilson(0, 2)


def test_whoever_is_not_enrolled_is_no_probe() -> None:
    """Her first photo showed no face."""
    result = judge(
        {"fog": [Probe("Dan", vector(1, 0, 0, 0)), Probe("Ann", None)]},
        ENROLLED,
        similarity=99.0,
        cosine=0.5,
    )

    assert (result.people, result.kinds[0].not_found.trials) == (1, 1)


def test_a_kind_in_which_nobody_is_found_is_told_too() -> None:
    """Without a division by nothing, on the page as well."""
    result = judge({"night": [Probe("Ann", None)]}, ENROLLED, similarity=99.0, cosine=0.5)

    assert "| night | 100.0 % | – |" in markdown(result)


def test_a_kind_that_lets_strangers_in_is_named_on_the_page() -> None:
    """Where the interval lies above what the similarity claims."""
    probes = [Probe("Ann", vector(1, 1, 1, 0)) for _ in range(9)]

    text = markdown(judge({"fog": probes}, ENROLLED, similarity=99.0, cosine=0.5))

    assert "above it with confidence: fog (1.0e0)" in text


def test_first_photos_are_enrolled_and_second_ones_shown() -> None:
    """Whoever has one photo is a stranger to all others."""
    photos = [Photo(name, Path(name) / f"{n}.png") for name, n in (("b", 2), ("a", 1), ("b", 1))]

    firsts, seconds = first_two(photos)

    assert [photo.name for photo in firsts] == ["a/1.png", "b/1.png"]
    assert [photo.name for photo in seconds] == ["b/2.png"]


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory, astronaut: Pixels) -> Photo:
    """Return a photo on disk, head and shoulders."""
    path = tmp_path_factory.mktemp("people") / "woman.png"
    cv2.imwrite(str(path), astronaut[:300, 90:390])
    return Photo("woman", path)


def test_a_real_face_is_spoilt_in_every_way(recognizer: Recognizer, portrait: Photo) -> None:
    """Unchanged she is herself; in sunglasses she is found, and less herself."""
    probes = spoilt(recognizer, portrait, 0)

    assert probes is not None
    assert list(probes) == [kind.name for kind in KINDS]
    plain, glasses = probes[UNCHANGED.name].embedding, probes["in sunglasses"].embedding
    assert plain is not None
    assert glasses is not None
    assert plain.cosine(glasses) < 0.95


def test_processes_find_the_same_as_one(models: ModelStore, portrait: Photo) -> None:
    """Chance belongs to the photo's number, not to the process."""
    load = partial(Recognizer.load, models)
    photos = [portrait, portrait]

    alone, shared = (list(spoil_all(photos, load, jobs=jobs)) for jobs in (1, 2))

    for one, other in zip(alone, shared, strict=True):
        for name, probe in one.items():
            first, second = probe.embedding, other[name].embedding
            assert (first is None) == (second is None)
            assert first is None or second is None or first.cosine(second) > 0.9999


def test_an_empty_scene_is_nobodys_probe(recognizer: Recognizer, tmp_path: Path) -> None:
    """Nothing can be painted on a face that is not found."""
    path = tmp_path / "empty.png"
    cv2.imwrite(str(path), np.full((200, 200, 3), 90, np.uint8))

    assert spoilt(recognizer, Photo("nobody", path), 0) is None
