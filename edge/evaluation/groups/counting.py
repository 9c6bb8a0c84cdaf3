"""What happens to each person: how often she is not found, refused, missed, or taken for another.

Everything later, groups, rates and intervals, is sums of these counts, so that no vector and no
score outlives them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.domain import QualityReason, Vector
from edge.evaluation.dataset import Photo
from edge.evaluation.measure import Measured
from edge.evaluation.templates import fused_shots, templates_of

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of each of *people*, ``(people,)`` and, between two of them, ``(people, people)``.

    *photos*, of which *not_found* and, of the others, *refused* by the quality gate, for *reasons*.
    *genuine*: pairs of two photos (or fused sets) of a person, of which *missed* are below the threshold.
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


def tally(
    measured: Mapping[Photo, Measured], *, threshold: float, lower: float, fused: int = 1
) -> Tally:
    """Compare every photo with every other, at the cosines *threshold* and *lower*.

    With *fused* above 1 sets of so many photos of a person are compared instead, which share none.
    """
    shots: dict[str, list[Measured]] = {}
    for photo in sorted(measured):
        shots.setdefault(photo.person, []).append(measured[photo])
    people = tuple(shots)
    found = [[one for one in each if one.embedding is not None] for each in shots.values()]
    vectors = [_templates(each, fused) for each in found]
    templates = np.array([len(each) for each in vectors], np.int64)
    accepted, alike = (
        _reaching(vectors, cosine) if vectors else np.zeros((0, 0), np.int64)
        for cosine in (threshold, lower)
    )
    matched = accepted.diagonal() // 2  # every pair of two of hers counts twice
    genuine = templates * (templates - 1) // 2
    apart = 1 - np.eye(len(people), dtype=np.int64)
    refused = [[one.reasons for one in each if one.reasons] for each in shots.values()]
    return Tally(
        people=people,
        photos=_lengths(shots.values()),
        not_found=_lengths(shots.values()) - _lengths(found),
        refused=_lengths(refused),
        reasons=tuple(Counter(reason for one in each for reason in one) for each in refused),
        genuine=genuine,
        missed=genuine - matched,
        pairs=np.outer(templates, templates) * apart,
        accepted=accepted * apart,
        alike=alike * apart,
    )


def _templates(found: Sequence[Measured], fused: int) -> Vector:
    """Return what is compared of a person's photos with a face, ``(n, dimension)``."""
    sets = [
        fused_shots(found[start : start + fused])
        for start in range(0, len(found) - fused + 1, fused)
    ]
    return (
        templates_of([(0, each) for each in sets]).vectors if sets else np.empty((0, 0), np.float32)
    )


def _lengths(lists: Iterable[Sequence[object]]) -> Counts:
    return np.array([len(each) for each in lists], np.int64)


def _reaching(vectors: Sequence[Vector], cosine: float) -> Counts:
    """Return how many pairs of templates of two people reach *cosine*, ``(people, people)``.

    On the diagonal stand pairs of two templates of one person, each twice.
    """
    seen = [each for each in vectors if len(each)]
    counts = np.zeros((len(vectors), len(vectors)), np.int64)
    if not seen:
        return counts
    everybody = np.concatenate(seen)
    owners = np.repeat(np.arange(len(vectors)), [len(each) for each in vectors])
    for person, own in enumerate(vectors):
        if len(own):
            reached = own @ everybody.T >= cosine
            reached[np.arange(len(own)), np.flatnonzero(owners == person)] = False  # with itself
            counts[person] = np.bincount(
                owners, weights=reached.sum(axis=0), minlength=len(vectors)
            )
    return counts
