"""What is compared: single photos, or several photos of a person fused into one vector.

The door never decides on one photo: a badge holds several, and a presentation several frames. To
measure that, each person's photos are cut, in the order of their names, into sets of K, and each
set is fused as the door fuses: weighted by quality. No photo is in two sets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    shots: dict[int, list[Measured]] = {}
    for photo in sorted(measured):
        if measured[photo].embedding is not None:
            shots.setdefault(people[photo.person], []).append(measured[photo])
    rows = [
        (person, _fused(shots[person][start : start + fused]))
        for person in sorted(shots)
        for start in range(0, len(shots[person]) - fused + 1, fused)
    ]
    if not rows:
        raise EvaluationError(f"nobody has {fused} photos with a face.")
    return Templates(
        # With the coherence, products are what `Embedding.cosine` gives.
        vectors=np.stack([embedding.vector * embedding.coherence for _, embedding in rows]).astype(
            np.float32
        ),
        people=np.array([person for person, _ in rows], np.int32),
    )


def _fused(shots: Sequence[Measured]) -> Embedding:
    embeddings = [shot.embedding for shot in shots if shot.embedding is not None]
    if len(embeddings) == 1:
        return embeddings[0]
    weights = [shot.weight for shot in shots]
    return fuse(embeddings, weights if sum(weights) > 0 else None)
