"""Spoilt pictures of people against good ones of them, and of everybody else.

One photo of each person is what she was enrolled by. Another of hers is spoilt in every way, and
each time it is compared with her own and with those of all others, at the similarity from which a
door opens. So it is seen whether a kind keeps people out, and whether it lets strangers in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.domain import Embedding, Face, Pixels, QualityReason, Vector
from edge.evaluation.dataset import Photo
from edge.evaluation.intervals import Interval, spread_of_counts, wilson
from edge.evaluation.measure import FaceRecognizer
from edge.evaluation.robustness.kinds import KINDS, Kind
from edge.evaluation.subject import FacePolicy, person_meant
from edge.vision.image import read_image

SEED = 30107
"""Of the chance in each picture (colour of a mask, side that is covered, grain); with its number."""


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What came of one spoilt picture: nothing found, or a vector and what the gate has against it."""

    person: str
    embedding: Embedding | None
    reasons: tuple[QualityReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, and the 95 % interval of the share."""

    events: int
    trials: int
    interval: Interval

    @property
    def share(self) -> float:
        return self.events / self.trials if self.trials else float("nan")


@dataclass(frozen=True, slots=True)
class KindResult:
    """What one kind does.

    *not_found*: probes without the person meant. *refused*: of those found, by the quality gate;
    *reasons* most frequent first. *missed* and *missed_passed*: genuine pairs below the threshold,
    of all that were found and of those that pass the gate. *kept_out*: probes that end without a
    match, for whatever reason. *strangers* and *strangers_passed*: pairs of strangers above the
    threshold, likewise.
    """

    name: str
    not_found: Rate
    refused: Rate
    reasons: tuple[tuple[QualityReason, int], ...]
    missed: Rate
    missed_passed: Rate
    kept_out: Rate
    strangers: Rate
    strangers_passed: Rate


@dataclass(frozen=True, slots=True)
class Robustness:
    """What all kinds do to *people* with two photos, against *enrolled* photos, one a person.

    *similarity* in percent and *cosine* are the threshold.
    """

    people: int
    enrolled: int
    similarity: float
    cosine: float
    kinds: tuple[KindResult, ...] = field(default=())


def first_two(photos: Sequence[Photo]) -> tuple[tuple[Photo, ...], tuple[Photo, ...]]:
    """Return everybody's first photo, and the second of those who have one, each by person."""
    of_person: dict[str, list[Photo]] = {}
    for photo in sorted(photos):
        of_person.setdefault(photo.person, []).append(photo)
    return (
        tuple(each[0] for each in of_person.values()),
        tuple(each[1] for each in of_person.values() if len(each) > 1),
    )


def spoilt(
    recognizer: FaceRecognizer, photo: Photo, number: int, kinds: Sequence[Kind] = KINDS
) -> dict[str, Probe] | None:
    """Return what comes of *photo* spoilt in each of *kinds*, by their names.

    *number* makes chance its own in each photo and the same in each run. None if the person meant
    is not found even unspoilt: nothing can be painted on her then.
    """
    pixels = read_image(photo.path)
    face = _person_meant(recognizer, pixels)
    if face is None:
        return None
    return {
        kind.name: _seen(
            recognizer,
            photo.person,
            kind.change(pixels, face, np.random.default_rng((SEED, number))),
        )
        for kind in kinds
    }


def judge(
    probes: Mapping[str, Sequence[Probe]],
    enrolled: Mapping[str, Embedding],
    *,
    similarity: float,
    cosine: float,
) -> Robustness:
    """Return what the *probes* of each kind show against everybody's *enrolled* face.

    Probes of people who are not enrolled are left out.
    """
    names = sorted(enrolled)
    rows = {name: row for row, name in enumerate(names)}
    gallery = np.stack([enrolled[name].vector for name in names])
    kinds = tuple(
        _judged(name, [one for one in each if one.person in rows], gallery, rows, cosine)
        for name, each in probes.items()
    )
    people = {one.person for each in probes.values() for one in each if one.person in rows}
    return Robustness(len(people), len(names), similarity, cosine, kinds)


def _person_meant(recognizer: FaceRecognizer, pixels: Pixels) -> Face | None:
    height, width = pixels.shape[:2]
    faces = recognizer.faces(pixels)
    return person_meant(faces, width=width, height=height, policy=FacePolicy.NEAREST)[1]


def _seen(recognizer: FaceRecognizer, person: str, pixels: Pixels) -> Probe:
    face = _person_meant(recognizer, pixels)
    if face is None:
        return Probe(person, None)
    return Probe(person, recognizer.embed(pixels, face), face.quality.reasons)


def _judged(
    name: str,
    probes: Sequence[Probe],
    gallery: Vector,
    rows: Mapping[str, int],
    cosine: float,
) -> KindResult:
    found = [(one, one.embedding) for one in probes if one.embedding is not None]
    passed = np.array([not one.reasons for one, _ in found], bool)
    own = np.array([rows[one.person] for one, _ in found], int)
    scores = (
        np.stack([embedding.vector for _, embedding in found]) @ gallery.T
        if found
        else (np.empty((0, len(gallery)), np.float32))
    )
    matched = scores[np.arange(len(found)), own] >= cosine
    accepted = (scores >= cosine).sum(axis=1) - matched
    reasons = Counter(reason for one, _ in found for reason in one.reasons)
    let_in = int((matched & passed).sum())
    others = len(gallery) - 1
    return KindResult(
        name=name,
        not_found=_share(len(probes) - len(found), len(probes)),
        refused=_share(int((~passed).sum()), len(found)),
        reasons=tuple(reasons.most_common()),
        missed=_share(int((~matched).sum()), len(found)),
        missed_passed=_share(int((~matched & passed).sum()), int(passed.sum())),
        kept_out=_share(len(probes) - let_in, len(probes)),
        strangers=_pairs(accepted, others),
        strangers_passed=_pairs(accepted[passed], others),
    )


def _share(events: int, trials: int) -> Rate:
    """Return a rate over people: one pair each, so that they are independent."""
    return Rate(events, trials, wilson(events, trials))


def _pairs(accepted: NDArray[np.int_], others: int) -> Rate:
    """Return a rate over pairs, *accepted* of each probe's *others*."""
    return Rate(int(accepted.sum()), len(accepted) * others, spread_of_counts(accepted, others))
