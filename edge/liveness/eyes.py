"""Whether eyes closed and opened again, from what they look like.

The usual eye aspect ratio (Soukupová and Čech 2016) does not serve: the mesh draws open lids over
closed eyes. In two clips in which both eyes close fully, its ratio went to 1.04 and 1.07 of its
median; in prints that are waved it falls to 0.85. The picture of the eyes does change: its
correlation with how they looked just before and after falls below 0.5 in a blink, and stays above
0.95 in between.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.liveness.sample import EyePatches, Sample

CHANGED = 0.18
"""Least change of both eyes, 0 (none) to 2 (inverted), that counts: blinks reach 0.2 to 0.8."""

LEAST = 2
"""Samples that a change must last. The mesh slips for single ones: in 3 of 100 waved prints."""

LONGEST = 0.5
"""Seconds. A blink lasts 0.1 to 0.4 s (Schiffman, *Sensation and Perception*, 2001)."""


def blinks(samples: Sequence[Sample]) -> int:
    """Return how often both eyes changed together and soon looked as before.

    *samples* are those of about two seconds: their median tells how the eyes look otherwise.
    """
    if len(samples) < 5:
        return 0
    changed = [change >= CHANGED for change in changes(samples)]
    count, began = 0, None
    for number, now in enumerate(changed):
        if now and began is None:
            began = number
        elif not now and began is not None:
            # A mesh that slips for one frame shows other eyes, too.
            lasted = samples[number].at - samples[began].at
            count += number - began >= LEAST and lasted <= LONGEST
            began = None
    return count


def changes(samples: Sequence[Sample]) -> list[float]:
    """Return how much both eyes at least differ, in every sample, from how they usually look."""
    patches = np.stack([sample.eyes for sample in samples])
    usual = np.median(patches, axis=0)
    return [
        min(_difference(one, other) for one, other in zip(eyes, usual, strict=True))
        for eyes in patches
    ]


def _difference(one: EyePatches, other: EyePatches) -> float:
    """Return one minus the correlation of two patches."""
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 1.0 - float((one * other).sum()) / lengths if lengths > 0 else 0.0
