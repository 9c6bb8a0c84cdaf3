"""What was tried to make recognition better; each try gives the rows of one table.

Whatever has something to choose or to fit does so on one half of the people (A), and is told of the
other (B). Of nobody more than :data:`MOST` photos count there, so that one man is not the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from comparing import Outcome, outcome
from looks import DETECTOR, FLOATING, MEAN, MESH, MIRRORED, Looks
from numpy.typing import NDArray

from edge.domain import Embedding, Vector, fuse
from edge.evaluation.card.words import percent, times
from edge.evaluation.templates import templates_of
from edge.vision.catalogue.sface import INT8, INT8_MIRROR

MOST = 30
FUSED = 3
"""Photos a badge wants, and frames a door decides on, at least."""

Numbers = NDArray[np.int_]
Weights = NDArray[np.float64]
Row = tuple[str, ...]

SECOND = ("", "FNMR at FMR 1e-4", "at 1e-5")
PAIRS = ("", "FNMR at FMR 1e-4", "at 1e-5", "FNMR at 99 %", "FMR observed ÷ claimed at 99 %")


def halves(looks: Looks) -> tuple[Looks, Looks]:
    """Return the people of A and of B, by a digest of their names, at most MOST photos each."""
    _, first, people = np.unique(looks.people, return_index=True, return_inverse=True)
    few = np.arange(len(looks)) - first[people] < MOST
    side = np.array([sha256(name.encode()).digest()[0] & 1 for name in looks.people.tolist()])
    return looks.only(few & (side == 0)), looks.only(few & (side == 1))


def numbered(looks: Looks) -> Numbers:
    """Return a number for the person of each photo."""
    return np.asarray(np.unique(looks.people, return_inverse=True)[1])


def mirror(looks: Looks) -> Iterator[Row]:
    """A second look in a mirror: enrolled, shown, or both; one photo against one, all pairs."""
    once = looks.vectors[MEAN]
    twice, length = _twice(looks)
    people = numbered(looks)
    own = INT8_MIRROR.calibration
    for name, enrolled, shown, calibration in (
        ("one look, one look", once, once, INT8.calibration),
        ("enrolled twice", twice, once, INT8.calibration),
        ("enrolled twice, length kept", length, once, INT8.calibration),
        ("both twice", twice, twice, INT8.calibration),
        ("both twice, length kept", length, length, INT8.calibration),
        ("both twice, calibrated for it: `sface-int8-mirror`", twice, twice, own),
    ):
        yield _pairs(name, outcome(enrolled, shown, people, calibration))


def mirror_fused(looks: Looks) -> Iterator[Row]:
    """The same for three photos enrolled and three shown, which share none."""
    rows, people = sets(looks)
    weights = looks.traits["weight"]
    once, other = looks.vectors[MEAN], looks.vectors[MIRRORED]
    plain, double = (fused(each[rows], weights[rows]) for each in (once, _twice(looks)[0]))
    turns = fused(np.stack([once, other, once])[np.arange(FUSED), rows], weights[rows])
    for name, enrolled, shown in (
        ("one look, one look", plain, plain),
        ("every second frame in a mirror instead", plain, turns),
        ("enrolled twice", double, plain),
        ("enrolled twice, every second frame in a mirror", double, turns),
        ("both twice", double, double),
    ):
        yield _pairs(name, outcome(enrolled, shown, people, INT8.calibration))
    yield _pairs(
        "both twice, calibrated for it: `sface-int8-mirror`",
        outcome(double, double, people, INT8_MIRROR.calibration),
    )


def second_embedder(looks: Looks) -> Iterator[Row]:
    """The mean of the cosines of two embedders; the float one is the only other there is."""
    _, half = halves(looks)
    people = numbered(half)
    once, double = half.vectors[MEAN], half.vectors[FLOATING]
    both = np.concatenate([once, double], axis=1) / np.sqrt(np.float32(2))
    for name, vectors in (
        ("B: `sface-int8`", once),
        ("B: `sface`", double),
        ("B: both", both),
        ("B: `sface-int8-mirror`", _twice(half)[0]),
    ):
        yield _pairs(name, outcome(vectors, vectors, people, INT8.calibration))[: len(SECOND)]


def alignment(looks: Looks) -> Iterator[Row]:
    """By the detector's or the mesh's points alone where a head is turned far."""
    names = {DETECTOR: "the detector's points alone", MESH: "the mesh's points alone"}

    def turned(half: Looks, view: str, degrees: float) -> Outcome:
        far = np.abs(half.traits["yaw"]) > degrees
        vectors = np.where(far[:, None], half.vectors[view], half.vectors[MEAN])
        return outcome(vectors, vectors, numbered(half), INT8.calibration)

    a, b = halves(looks)
    choices = [(view, degrees) for view in names for degrees in (15, 20, 25, 30, 35)]
    view, degrees = min(choices, key=lambda choice: _misses(turned(a, *choice)))
    for half, name in ((a, "A"), (b, "B")):
        yield _pairs(f"{name}: the mean of both, always", turned(half, view, 90))
        yield _pairs(f"{name}: {names[view]} beyond {degrees}°", turned(half, view, degrees))
        for each, words in names.items():
            yield _pairs(f"{name}: {words}, always", turned(half, each, -1))


def weighting(looks: Looks) -> Iterator[Row]:
    """Weights by what predicts how alike a photo is to the other photos of the same person."""
    a, b = halves(looks)
    slopes = _fitted(a)

    def weighed(half: Looks, weights: Weights) -> Outcome:
        rows, people = sets(half)
        vectors = fused(half.vectors[MEAN][rows], weights[rows])
        return outcome(vectors, vectors, people, INT8.calibration)

    def predicted(half: Looks, power: float) -> Weights:
        return np.exp(power * (_features(half) @ slopes))

    power = min((2, 4, 8, 16, 32), key=lambda each: weighed(a, predicted(a, each)).fnmr_at_99)
    for half, name in ((a, "A"), (b, "B")):
        yield _pairs(f"{name}: all the same", weighed(half, np.ones(len(half))))
        yield _pairs(f"{name}: as they are", weighed(half, half.traits["weight"]))
        yield _pairs(f"{name}: fitted, to the power {power}", weighed(half, predicted(half, power)))


@dataclass(frozen=True, slots=True)
class _Cohort:
    """How scores are normalized by those of the *most* alike others, if by any.

    By the others of the *enrolled* person, of who is *shown*, or of both; *divided* by their spread.
    """

    most: int = 0
    enrolled: bool = False
    shown: bool = False
    divided: bool = False

    def __str__(self) -> str:
        if not self.most:
            return "as they are"
        whose = {(True, False): "enrolled", (False, True): "shown", (True, True): "both"}
        how = "divided by the spread" if self.divided else "mean taken off"
        return f"{self.most} most alike of {whose[self.enrolled, self.shown]}, {how}"


IDENTIFICATION = ("", "FNIR at FPIR 0.3 %", "at 0.1 %")


def cohort(looks: Looks) -> Iterator[Row]:
    """Scores normalized by how alike the others who are enrolled are; one photo against one."""
    a, b = halves(looks)
    choices = [
        _Cohort(most, enrolled, shown, divided)
        for most in (20, 100, 300)
        for enrolled, shown in ((True, False), (False, True), (True, True))
        for divided in (True, False)
    ]
    best = min(choices, key=lambda each: _missed(a, each)[0])
    for half, name in ((a, "A"), (b, "B")):
        for each in (_Cohort(), best):
            yield (f"{name}: {each}", *(percent(share) for share in _missed(half, each)))


def _missed(half: Looks, normalized: _Cohort, draws: int = 6) -> tuple[float, float]:
    """Return the FNIR at two rates of strangers: galleries of everybody with two photos."""
    people, chance = numbered(half), np.random.default_rng(19795)
    counts = np.bincount(people)
    strangers = np.flatnonzero(counts[people] == 1)
    members, others = [], []
    for _ in range(draws):
        shuffled = chance.permutation(np.flatnonzero(counts[people] > 1))
        _, firsts = np.unique(people[shuffled], return_index=True)
        enrolled, shown = shuffled[firsts], np.delete(shuffled, firsts)
        vectors = half.vectors[MEAN]
        gallery = vectors[enrolled]
        known = _normalized(vectors[shown] @ gallery.T, gallery, normalized)
        right = people[enrolled][known.argmax(axis=1)] == people[shown]
        members.append(np.where(right, known.max(axis=1), -np.inf))
        others.append(_normalized(vectors[strangers] @ gallery.T, gallery, normalized).max(axis=1))
    found, seen = np.concatenate(members), np.concatenate(others)
    low, high = (float((found < np.quantile(seen, 1 - rate)).mean()) for rate in (3e-3, 1e-3))
    return low, high


def _normalized(scores: Vector, gallery: Vector, how: _Cohort) -> Vector:
    if not how.most:
        return scores
    parts = []
    if how.enrolled:
        among = gallery @ gallery.T
        np.fill_diagonal(among, -1)
        top = np.sort(among, axis=1)[:, -how.most :]
        parts.append((top.mean(axis=1)[None, :], top.std(axis=1)[None, :]))
    if how.shown:
        # The most alike of all may be the person herself.
        top = np.sort(scores, axis=1)[:, -how.most - 1 : -1]
        parts.append((top.mean(axis=1)[:, None], top.std(axis=1)[:, None]))
    each = [(scores - mean) / (spread if how.divided else 1) for mean, spread in parts]
    return np.asarray(np.mean(each, axis=0))


def sets(looks: Looks) -> tuple[Numbers, Numbers]:
    """Return the photos of each whole set of :data:`FUSED`, ``(sets, FUSED)``, and whose it is."""
    people = numbered(looks)
    rows = [
        own[start : start + FUSED]
        for own in np.split(np.arange(len(people)), np.flatnonzero(np.diff(people)) + 1)
        for start in range(0, len(own) - FUSED + 1, FUSED)
    ]
    return np.array(rows), people[[row[0] for row in rows]]


def fused(vectors: Vector, weights: Weights) -> Vector:
    """Return each of ``(n, faces, dimension)`` fused as the door fuses, as what is compared.

    *weights*: ``(n, faces)``.
    """
    each = [
        fuse([Embedding(one, INT8.model) for one in faces], np.maximum(shares, 1e-3).tolist())
        for faces, shares in zip(vectors, weights, strict=True)
    ]
    return templates_of([(0, one) for one in each]).vectors


def _fitted(half: Looks) -> Weights:
    """Return the slopes of a ridge regression within people: what moves a photo of the same face."""
    people, vectors, features = numbered(half), half.vectors[MEAN], _features(half)
    wanted, given = [], []
    for own in np.split(np.arange(len(people)), np.flatnonzero(np.diff(people)) + 1):
        if len(own) > 1:
            alike = ((vectors[own] @ vectors[own].T).sum(axis=1) - 1) / (len(own) - 1)
            wanted.append(alike - alike.mean())
            given.append(features[own] - features[own].mean(axis=0))
    x, y = np.concatenate(given), np.concatenate(wanted)
    return np.asarray(np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y))


def _features(half: Looks) -> Weights:
    traits = half.traits
    turned = [np.abs(traits[name]) / 45 for name in ("yaw", "pitch", "roll")]
    light = traits["brightness"] / 100
    return np.stack(
        [
            np.minimum(traits["size"], 120) / 100,
            np.log(np.maximum(traits["sharpness"], 1)),
            *turned,
            *(each**2 for each in turned),
            traits["occlusion"],
            light,
            light**2,
            traits["confidence"] / 100,
        ],
        axis=1,
    )


def _twice(looks: Looks) -> tuple[Vector, Vector]:
    """Return the mean of two looks: of length one, and as two faces that are fused."""
    both = np.stack([looks.vectors[MEAN], looks.vectors[MIRRORED]], axis=1)
    length = fused(both, np.ones((len(looks), 2)))
    return np.asarray(length / np.linalg.norm(length, axis=1, keepdims=True)), length


def _misses(found: Outcome) -> float:
    """Return what is to be small: the FNMR at FMR 1e-5, or at 99 % where too few pairs tell."""
    return found.fnmr.get(1e-5, found.fnmr_at_99)


def _pairs(name: str, found: Outcome) -> Row:
    rates = (found.fnmr.get(target) for target in (1e-4, 1e-5))
    return (
        name,
        *("–" if rate is None else percent(rate, 3) for rate in rates),
        percent(found.fnmr_at_99, 3),
        times(found.ratio_at_99),
    )
