"""Fused faces: what they gain, and that they promise no more than was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Embedding, ModelId, fuse, normalized
from edge.errors import EmbeddingError

MODEL = ModelId("made-up", "0" * 64)

seeds = st.integers(0, 2**32 - 1)


def shots(seed: int, count: int, *, noise: float = 1.0) -> list[Embedding]:
    """Give *count* faces of one person, the less alike the larger *noise*."""
    random = np.random.default_rng(seed)
    centre = random.standard_normal(64)
    return [
        normalized((centre + noise * random.standard_normal(64)).astype(np.float32), MODEL)
        for _ in range(count)
    ]


@given(seeds, st.integers(1, 6), st.integers(1, 6))
def test_fused_faces_are_compared_half_way_between_faces_and_means(
    seed: int, first: int, second: int
) -> None:
    """The geometric mean of the mean of all cosines and of the cosine between the two means."""
    ours, theirs = shots(seed, first), shots(seed + 1, second)
    one, other = fuse(ours), fuse(theirs)

    between = one.cosine(other)

    of_faces = float(np.mean([ours_.cosine(his) for ours_ in ours for his in theirs]))
    of_means = float(one.vector @ other.vector)
    expected = np.sign(of_means) * np.sqrt(max(of_faces * of_means, 0.0))
    assert between == pytest.approx(float(expected), abs=1e-4)


@given(seeds, st.integers(1, 6))
def test_fusing_never_makes_more_of_a_face_than_its_angle(seed: int, count: int) -> None:
    """Whoever is compared with a fused face is at most as alike as she is to its direction."""
    fused, (face,) = fuse(shots(seed, count)), shots(seed + 1, 1)

    assert 0 < fused.coherence <= fused.reach <= 1
    assert abs(fused.cosine(face)) <= abs(float(fused.vector @ face.vector)) + 1e-6


@given(seeds, st.integers(2, 5), st.integers(1, 5))
def test_fusing_in_steps_is_fusing_at_once(seed: int, first: int, second: int) -> None:
    """A mean of means, weighted by their sizes, is the mean of all."""
    faces = shots(seed, first + second)

    at_once = fuse(faces)
    in_steps = fuse([fuse(faces[:first]), fuse(faces[first:])], [first, second])

    assert in_steps.coherence == pytest.approx(at_once.coherence, abs=1e-5)
    np.testing.assert_allclose(in_steps.vector, at_once.vector, atol=1e-5)


def test_one_face_is_coherent() -> None:
    """Nothing is averaged, nothing is lost."""
    (face,) = shots(1, 1)

    assert fuse([face]).coherence == pytest.approx(1.0, abs=1e-6)


@given(seeds)
def test_the_less_faces_agree_the_less_coherent_they_are(seed: int) -> None:
    """Three frames of a second agree more than three photos of as many years."""
    assert fuse(shots(seed, 3, noise=0.1)).coherence > fuse(shots(seed, 3, noise=1.0)).coherence


@pytest.mark.parametrize("coherence", [0.0, -0.5, 1.5, float("nan")])
def test_a_coherence_out_of_range_is_refused(coherence: float) -> None:
    """More than one would make everybody more alike than they are."""
    (face,) = shots(1, 1)

    with pytest.raises(EmbeddingError, match="coherence"):
        Embedding(face.vector, MODEL, coherence)


def test_faces_that_cancel_out_cannot_be_fused() -> None:
    """Opposite directions have no mean."""
    (face,) = shots(1, 1)

    with pytest.raises(EmbeddingError):
        fuse([face, Embedding(-face.vector, MODEL)])


@given(seeds, st.integers(1, 5))
def test_what_the_embedder_of_before_saw_is_fused_along(seed: int, count: int) -> None:
    """Each with its own; a face that it did not see leaves nothing to compare with what it made."""
    former = ModelId("before", "1" * 64)
    ours = shots(seed, count)
    before = [replace(each, model=former) for each in shots(seed + 1, count)]
    weights = [0.5 + number for number in range(count)]
    both = [replace(one, former=other) for one, other in zip(ours, before, strict=True)]

    fused = fuse(both, weights)

    assert fused.former is not None
    for found, expected in ((fused, fuse(ours, weights)), (fused.former, fuse(before, weights))):
        assert found.model == expected.model
        assert np.array_equal(found.vector, expected.vector)
        assert found.coherence == expected.coherence
    assert fuse([*both, ours[0]]).former is None


def test_a_face_by_the_embedder_of_before_is_of_another() -> None:
    """The same one twice would be no other, and the two are not compared."""
    (one, other) = shots(1, 2)
    with pytest.raises(EmbeddingError):
        replace(one, former=other)
    with pytest.raises(EmbeddingError):
        one.cosine(replace(other, model=ModelId("before", "1" * 64)))
