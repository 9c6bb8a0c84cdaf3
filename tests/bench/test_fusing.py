"""By how much coherence counts is tried as it would be compared."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from edge.domain import COHERENCE_POWER, Embedding, ModelId, fuse, normalized
from edge.evaluation.templates import templates_of

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import fusing

MODEL = ModelId("made-up", "0" * 64)


@pytest.fixture
def fused() -> list[Embedding]:
    """Two people, three faces each."""
    chance = np.random.default_rng(4)
    return [
        fuse([normalized(chance.normal(1, 1, 16).astype(np.float32), MODEL) for _ in range(3)])
        for _ in range(2)
    ]


@pytest.mark.parametrize(("power", "length"), [(0.0, 0), (0.5, 0.5), (1.0, 1)])
def test_a_power_is_what_the_angle_is_multiplied_by(
    fused: list[Embedding], power: float, length: float
) -> None:
    """0 is the angle between the means, 1 the mean of all cosines."""
    one, other = (fusing.counting(each, power) for each in fused)

    angle = float(fused[0].vector @ fused[1].vector)
    lengths = fused[0].coherence * fused[1].coherence
    assert one.cosine(other) == pytest.approx(angle * lengths**length, abs=1e-6)


def test_templates_are_compared_by_the_same_power(fused: list[Embedding]) -> None:
    """As the embeddings they were made of."""
    templates = templates_of(list(enumerate(fused)))

    for power in fusing.POWERS:
        scaled = fusing._by(templates, power).vectors
        one, other = (fusing.counting(each, power) for each in fused)
        assert float(scaled[0] @ scaled[1]) == pytest.approx(one.cosine(other), abs=1e-6)


def test_the_power_that_is_used_is_among_those_that_were_tried() -> None:
    """And is told beside the others."""
    assert COHERENCE_POWER in fusing.POWERS
