"""What is compared: single photos, or several photos of a person fused into one vector.

The door never decides on one photo: a badge holds several, and a presentation several frames. To
measure that, each person's photos are cut, in the order of their names, into sets of K, and each
set is fused as the door fuses: weighted by quality. No photo is in two sets.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from edge.domain import Embedding, fuse
from edge.errors import EvaluationError
from edge.evaluation.dataset import Photo
from edge.evaluation.measure import Measured
from edge.evaluation.pairs import Templates


def make_templates(
    measured: Mapping[Photo, Measured], people: Mapping[str, int], *, fused: int = 1
) -> Templates:
    """Return one template for each *fused* photos of a person, of those with a face.

    *people* numbers the persons. What is left over after the last whole set is not used.

    :raises EvaluationError: if nobody has *fused* photos.
    """
    shots = shots_of(measured, people)
    rows = [
        (person, fused_shots(shots[person][start : start + fused]))
        for person in sorted(shots)
        for start in range(0, len(shots[person]) - fused + 1, fused)
    ]
    if not rows:
        raise EvaluationError(f"nobody has {fused} photos with a face.")
    return templates_of(rows)


def make_two_kinds(
    measured: Mapping[Photo, Measured],
    people: Mapping[str, int],
    *,
    enrolled: int,
    shown: int,
    of: Collection[int] | None = None,
) -> tuple[Templates, Templates]:
    """Return references of *enrolled* photos each and probes of *shown*; no photo is in two.

    Each person's photos become, in the order of their names, a reference, a probe, a reference, and
    so on, as far as they suffice. *of*: only these people, by number.

    :raises EvaluationError: if nobody has photos enough for one of each.
    """
    references: list[tuple[int, Embedding]] = []
    probes: list[tuple[int, Embedding]] = []
    for person, shots in sorted(shots_of(measured, people).items()):
        if of is not None and person not in of:
            continue
        at, wanted = 0, (enrolled, shown)
        for turn in itertools.count():
            size = wanted[turn % 2]
            if at + size > len(shots):
                break
            kind = references if turn % 2 == 0 else probes
            kind.append((person, fused_shots(shots[at : at + size])))
            at += size
    if not references or not probes:
        raise EvaluationError(f"nobody has {enrolled} photos and {shown} more, with a face.")
    return templates_of(references), templates_of(probes)


def shots_of(
    measured: Mapping[Photo, Measured], people: Mapping[str, int]
) -> dict[int, list[Measured]]:
    """Return each person's photos with a face, in the order of their names."""
    shots: dict[int, list[Measured]] = {}
    for photo in sorted(measured):
        if measured[photo].embedding is not None:
            shots.setdefault(people[photo.person], []).append(measured[photo])
    return shots


def templates_of(rows: Sequence[tuple[int, Embedding]]) -> Templates:
    """Return persons and their vectors, sorted by person, as what is compared."""
    return Templates(
        # With the reach, products are what `Embedding.cosine` gives.
        vectors=np.stack([embedding.vector * embedding.reach for _, embedding in rows]).astype(
            np.float32
        ),
        people=np.array([person for person, _ in rows], np.int32),
    )


def fused_shots(shots: Sequence[Measured]) -> Embedding:
    """Return *shots* of one person, each with a face, as the door fuses frames."""
    embeddings = [shot.embedding for shot in shots if shot.embedding is not None]
    if len(embeddings) == 1:
        return embeddings[0]
    weights = [shot.weight for shot in shots]
    return fuse(embeddings, weights if sum(weights) > 0 else None)
