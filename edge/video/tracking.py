"""Who is who in a video: the faces of one frame after the other become persons; pure.

Two things tell that a face is somebody who was seen before: that she looks like her, and that she is
where she just was. Looks go first, because people come back, and because after a cut another face is
in the same place. A face that is too poor to be compared is followed by its place alone, and when it
turns out later who that was, the two become one person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from edge.domain import Box, Embedding, normalized

_LEAST_WEIGHT = 1e-3
"""A good frame always counts for something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingPolicy:
    """When two faces are one person's.

    *same_cosine*: from here they look like one person, wherever they are.
    *continuing_cosine*: from here they do if the place agrees, too.
    *overlap*: intersection over union from which the place agrees.
    *gap_ms*: how long after she was seen a person's place still tells anything.
    """

    same_cosine: float
    continuing_cosine: float
    overlap: float = 0.3
    gap_ms: int = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A face of one frame; *embedding* is None where it is not good enough, *weight* 0 to 1."""

    box: Box
    embedding: Embedding | None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One person up to now: where she was last, and all her good frames fused."""

    index: int
    box: Box
    born_ms: int
    seen_ms: int
    total: NDArray[np.float64] | None = None
    weight: float = 0.0
    last: Embedding | None = None

    @property
    def mean(self) -> NDArray[np.float64] | None:
        """The weighted mean of all good frames' vectors; None before there is one."""
        return None if self.total is None else self.total / self.weight

    @property
    def embedding(self) -> Embedding | None:
        """All good frames fused, as :func:`edge.domain.fuse` does it; None before there is one."""
        mean = self.mean
        if mean is None or self.last is None:
            return None
        direction = normalized(mean.astype(np.float32), self.last.model)
        return replace(direction, coherence=min(float(np.linalg.norm(mean)), 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Everybody seen up to now. *merged* says which index turned out to be which other one's."""

    tracks: tuple[Track, ...] = ()
    merged: Mapping[int, int] = field(default_factory=dict)
    count: int = 0

    def person(self, index: int) -> int:
        """Return the index that stands for *index* by now."""
        while index in self.merged:
            index = self.merged[index]
        return index


def follow(
    before: Tracks, seen: Sequence[Seen], at_ms: int, policy: TrackingPolicy
) -> tuple[Tracks, tuple[int, ...]]:
    """Return the tracks after a frame that shows *seen*, and the index of each face's person.

    No two faces of one frame are one person's.
    """
    pairs = sorted(
        _pairs(before.tracks, seen, at_ms, policy), key=lambda pair: (-pair[0], pair[1], pair[2])
    )
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for _, place, number in pairs:
        if place not in taken and number not in chosen:
            chosen[number] = place
            taken.add(place)
    tracks, count, indices = list(before.tracks), before.count, []
    for number, each in enumerate(seen):
        if number in chosen:
            place = chosen[number]
            tracks[place] = _extended(tracks[place], each, at_ms)
            indices.append(tracks[place].index)
        else:
            tracks.append(_extended(Track(count, each.box, at_ms, at_ms), each, at_ms))
            indices.append(count)
            count += 1
    merged = _recognized(before.tracks, seen, chosen, taken, at_ms, policy)
    kept = tuple(track for track in tracks if track.index not in merged)
    return Tracks(kept, {**before.merged, **merged}, count), tuple(indices)


def _pairs(
    tracks: Sequence[Track], seen: Sequence[Seen], at_ms: int, policy: TrackingPolicy
) -> Iterator[tuple[float, int, int]]:
    """Yield how well which track (by its place) and which face go together, where they do at all.

    Above 2: by looks. 1 to 2: by place, and the looks allow it. Below 1: by place alone.
    """
    cosines = _cosines(tracks, seen)
    for place, track in enumerate(tracks):
        for number, each in enumerate(seen):
            cosine = cosines[place, number]
            if cosine >= policy.same_cosine:
                yield 2 + cosine, place, number
            elif at_ms - track.seen_ms <= policy.gap_ms:
                overlap = track.box.overlap(each.box)
                if overlap < policy.overlap:
                    continue
                if np.isnan(cosine):
                    yield overlap / 2, place, number
                elif cosine >= policy.continuing_cosine:
                    yield 1 + overlap / 2, place, number


def _cosines(tracks: Sequence[Track], seen: Sequence[Seen]) -> NDArray[np.float64]:
    """Return how alike each track and face are; NaN where one of them cannot be compared."""
    cosines = np.full((len(tracks), len(seen)), np.nan)
    known = [
        (place, mean) for place, track in enumerate(tracks) if (mean := track.mean) is not None
    ]
    faces = [(number, each.embedding) for number, each in enumerate(seen) if each.embedding]
    if known and faces:
        # The mean, not its direction: the product is then the mean of the cosines to all frames.
        means = np.stack([mean for _, mean in known])
        vectors = np.stack([embedding.vector * embedding.coherence for _, embedding in faces])
        cells = np.ix_([place for place, _ in known], [number for number, _ in faces])
        cosines[cells] = means @ vectors.T
    return cosines


def _extended(track: Track, seen: Seen, at_ms: int) -> Track:
    moved = replace(track, box=seen.box, seen_ms=at_ms)
    if seen.embedding is None:
        return moved
    weight = max(seen.weight, _LEAST_WEIGHT)
    vector = seen.embedding.vector.astype(np.float64) * seen.embedding.coherence * weight
    total = vector if track.total is None else track.total + vector
    return replace(moved, total=total, weight=track.weight + weight, last=seen.embedding)


def _recognized(
    tracks: Sequence[Track],
    seen: Sequence[Seen],
    chosen: Mapping[int, int],
    taken: set[int],
    at_ms: int,
    policy: TrackingPolicy,
) -> dict[int, int]:
    """Return which tracks without looks were, by their place, persons that were now recognized."""
    merged: dict[int, int] = {}
    for place, track in enumerate(tracks):
        if place in taken or track.total is not None or at_ms - track.seen_ms > policy.gap_ms:
            continue
        near = [
            (track.box.overlap(seen[number].box), known)
            for number, known in chosen.items()
            if tracks[known].total is not None
            and tracks[known].seen_ms < track.born_ms  # never seen side by side
            and track.box.overlap(seen[number].box) >= policy.overlap
        ]
        if near:
            merged[track.index] = tracks[max(near)[1]].index
    return merged
