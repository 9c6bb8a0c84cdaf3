"""The standard protocol of Labeled Faces in the Wild: ten-fold accuracy on listed pairs.

The list (``pairs.txt``) has ten sets of 300 pairs of one person and 300 pairs of two. For each set
the threshold is the one that is best on the other nine (Huang et al. 2007, "image-restricted").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.domain import Vector
from edge.errors import EvaluationError
from edge.evaluation.exclusions import Exclusions

NOT_COMPARED = -2.0
"""Score of a pair with a photo in which no face was found: below every cosine, so rejected."""


@dataclass(frozen=True, slots=True)
class ListedPair:
    """Two photos as ``person/stem``, and whether they show one person."""

    first: str
    second: str
    same: bool


Folds: TypeAlias = tuple[tuple[ListedPair, ...], ...]
"""The sets of listed pairs."""


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """The accuracy of each set, 0 to 1, and how many pairs lacked a face."""

    folds: tuple[float, ...]
    pairs: int
    without_face: int

    @property
    def mean(self) -> float:
        return float(np.mean(self.folds))

    @property
    def standard_error(self) -> float:
        """Standard error of the mean over the sets, as the protocol reports it."""
        return float(np.std(self.folds, ddof=1) / np.sqrt(len(self.folds)))


def read_pairs(path: Path) -> Folds:
    """Return the sets of pairs listed at *path*.

    :raises EvaluationError: if the file cannot be read or is not such a list.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        folds, each = (int(number) for number in lines[0].split())
        rows = iter([line.split("\t") for line in lines[1:]])
        return tuple(tuple(_pair(next(rows)) for _ in range(2 * each)) for _ in range(folds))
    except (OSError, ValueError, IndexError, RuntimeError) as error:
        raise EvaluationError(
            f"{path} is not a list of pairs in the form of LFW's pairs.txt: {error}."
        ) from error


def without(exclusions: Exclusions, folds: Folds) -> Folds:
    """Return *folds* without the pairs that *exclusions* leave out."""
    photos = {stem_of(name) for name in exclusions.photos}

    def kept(pair: ListedPair) -> bool:
        one, other = sorted(_person(name) for name in (pair.first, pair.second))
        return not (
            {one, other} & exclusions.people
            or {pair.first, pair.second} & photos
            or (one, other) in exclusions.pairs
        )

    return tuple(tuple(pair for pair in fold if kept(pair)) for fold in folds)


def fold_accuracy(folds: Folds, vectors: Mapping[str, Vector]) -> FoldAccuracy:
    """Return the accuracy on *folds*, of at least two sets.

    *vectors* holds the unit vector of each photo in which a face was found, by ``person/stem``.
    """
    scores = [np.array([_score(pair, vectors) for pair in fold]) for fold in folds]
    same = [np.array([pair.same for pair in fold]) for fold in folds]
    return FoldAccuracy(
        folds=tuple(
            float(np.mean((scores[fold] >= _best_threshold(scores, same, fold)) == same[fold]))
            for fold in range(len(folds))
        ),
        pairs=sum(map(len, folds)),
        without_face=sum(int((fold == NOT_COMPARED).sum()) for fold in scores),
    )


def stem_of(name: str) -> str:
    """Return ``person/stem`` of a photo's ``person/file``."""
    return str(PurePath(name).with_suffix(""))


def _person(name: str) -> str:
    return name.partition("/")[0]


def _pair(row: list[str]) -> ListedPair:
    if len(row) == 3:
        person, first, second = row
        return ListedPair(_photo(person, first), _photo(person, second), same=True)
    one, first, other, second = row
    return ListedPair(_photo(one, first), _photo(other, second), same=False)


def _photo(person: str, number: str) -> str:
    return f"{person}/{person}_{int(number):04d}"


def _score(pair: ListedPair, vectors: Mapping[str, Vector]) -> float:
    if pair.first not in vectors or pair.second not in vectors:
        return NOT_COMPARED
    return float(vectors[pair.first] @ vectors[pair.second])


def _best_threshold(
    scores: list[NDArray[np.float64]], same: list[NDArray[np.bool_]], left_out: int
) -> float:
    """Return the score with the most right answers on all sets but *left_out*."""
    others = np.concatenate([fold for index, fold in enumerate(scores) if index != left_out])
    truth = np.concatenate([fold for index, fold in enumerate(same) if index != left_out])
    order = np.argsort(others)
    # Accepting from the i-th lowest score: right are the impostors below and the genuine above.
    below = np.concatenate([[0], np.cumsum(~truth[order])[:-1]])
    above = np.cumsum(truth[order][::-1])[::-1]
    thresholds, first = np.unique(others[order], return_index=True)
    return float(thresholds[int(np.argmax((below + above)[first]))])
