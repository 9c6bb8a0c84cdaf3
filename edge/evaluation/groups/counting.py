"""What happens to each person: how often she is not found, refused, missed, or taken for another.

Everything later, groups, rates and intervals, is sums of these counts, so that no vector and no
score outlives them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.domain import QualityReason, Vector
from edge.evaluation.dataset import Photo
from edge.evaluation.measure import Measured

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of each of *people*, ``(people,)`` and, between two of them, ``(people, people)``.

    *photos*, of which *not_found* and, of the others, *refused* by the quality gate, for *reasons*.
    *genuine*: pairs of two photos of a person, of which *missed* are below the threshold.
    *pairs*: of photos of two people, of which *accepted* reach the threshold, and *alike* a lower
    one that is reached more often. The last three are symmetric, with zeros for the same person.
    """

    people: tuple[str, ...] = field(repr=False)
    photos: Counts
    not_found: Counts
    refused: Counts
    reasons: tuple[Counter[QualityReason], ...]
    genuine: Counts
    missed: Counts
    pairs: Counts
    accepted: Counts
    alike: Counts


def tally(measured: Mapping[Photo, Measured], *, threshold: float, lower: float) -> Tally:
    """Compare every photo with every other, at the cosines *threshold* and *lower*."""
    shots: dict[str, list[Measured]] = {}
    for photo in sorted(measured):
        shots.setdefault(photo.person, []).append(measured[photo])
    people = tuple(shots)
    vectors = [_vectors(each) for each in shots.values()]
    found = np.array([len(each) for each in vectors], np.int64)
    accepted, alike = (
        _reaching(vectors, cosine) if vectors else np.zeros((0, 0), np.int64)
        for cosine in (threshold, lower)
    )
    # On the diagonal every pair of two photos counts twice, and each photo once with itself.
    matched = (accepted.diagonal() - found) // 2
    genuine = found * (found - 1) // 2
    apart = 1 - np.eye(len(people), dtype=np.int64)
    refused = [[one.reasons for one in each if one.reasons] for each in shots.values()]
    return Tally(
        people=people,
        photos=np.array([len(each) for each in shots.values()], np.int64),
        not_found=np.array([len(each) for each in shots.values()], np.int64) - found,
        refused=np.array([len(each) for each in refused], np.int64),
        reasons=tuple(Counter(reason for one in each for reason in one) for each in refused),
        genuine=genuine,
        missed=genuine - matched,
        pairs=np.outer(found, found) * apart,
        accepted=accepted * apart,
        alike=alike * apart,
    )


def _vectors(shots: Sequence[Measured]) -> Vector:
    """Return the vectors of the photos with a face, ``(n, dimension)``."""
    found = [one.embedding.vector for one in shots if one.embedding is not None]
    return np.stack(found) if found else np.empty((0, 0), np.float32)


def _reaching(vectors: Sequence[Vector], cosine: float) -> Counts:
    """Return how many pairs of photos of two people reach *cosine*, ``(people, people)``."""
    seen = [each for each in vectors if len(each)]
    counts = np.zeros((len(vectors), len(vectors)), np.int64)
    if not seen:
        return counts
    everybody = np.concatenate(seen)
    owners = np.repeat(np.arange(len(vectors)), [len(each) for each in vectors])
    for person, own in enumerate(vectors):
        if len(own):
            reached = (own @ everybody.T >= cosine).sum(axis=0)
            counts[person] = np.bincount(owners, weights=reached, minlength=len(vectors))
    return counts
