"""The pairs of strangers that are most alike, one by one: who they are, and not only how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.evaluation.grid import Cells, cells_of, first_cell_from
from edge.evaluation.pairs import BLOCK_ROWS, Templates


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """Impostor pairs from some cosine upwards: cell, and the rows of both templates, ``(n,)``."""

    cells: Cells
    one: NDArray[np.int64]
    other: NDArray[np.int64]

    def reaching(self, cosine: float) -> Tail:
        """Return those from *cosine* upwards."""
        kept = self.cells >= first_cell_from(cosine)
        return Tail(self.cells[kept], self.one[kept], self.other[kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Impostor pairs of templates that reach a cosine, and whose they are.

    *events* of *pairs*. *people* is how many different pairs of people they come from, *most* how
    many come from the pair of people that has most. *per_people* is the rate if every pair of people
    counts once, however many templates there are of them: two brothers with hundreds of photos are
    then one pair, and not tens of thousands.
    """

    events: int
    pairs: int
    people: int
    most: int
    per_people: float

    @property
    def rate(self) -> float:
        """The FMR: the share of all pairs of templates."""
        return self.events / self.pairs


def counted(
    one: NDArray[np.int32],
    other: NDArray[np.int32],
    references: NDArray[np.int64],
    probes: NDArray[np.int64] | None = None,
) -> Counted:
    """Count the pairs whose people are *one* and *other*, ``(n,)``.

    *references*: how many templates each person has, ``(people,)``. *probes*: how many each has on
    the other side, where that holds others; *one* is then whose reference it is.
    """
    if probes is None:
        pairs = int((references.sum() ** 2 - (references**2).sum()) // 2)
        there = int((references > 0).sum())
        couples = there * (there - 1) / 2
        first, second, sizes = np.minimum(one, other), np.maximum(one, other), references
    else:
        pairs = int(references.sum() * probes.sum() - (references * probes).sum())
        couples = float((references > 0).sum() * (probes > 0).sum())
        couples -= float(((references > 0) & (probes > 0)).sum())
        first, second, sizes = one, other, probes
    codes = first.astype(np.int64) * len(references) + second
    _, each = np.unique(codes, return_counts=True)
    shares = 1.0 / (references[first] * sizes[second]) if len(one) else np.zeros(1)
    return Counted(
        events=len(one),
        pairs=pairs,
        people=len(each),
        most=int(each.max(initial=0)),
        per_people=float(shares.sum()) / max(couples, 1.0),
    )


def tail_between(references: Templates, probes: Templates, cosine: float) -> Tail:
    """Return every pair of two people's reference and probe with a cosine of at least *cosine*."""
    lowest = first_cell_from(cosine)
    parts = [(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))]
    for start in range(0, len(references), BLOCK_ROWS):
        block = cells_of(references.vectors[start : start + BLOCK_ROWS] @ probes.vectors.T)
        rows, columns = np.nonzero(block >= lowest)
        strangers = references.people[start + rows] != probes.people[columns]
        rows, columns = rows[strangers], columns[strangers]
        parts.append((block[rows, columns], start + rows, columns))
    return Tail(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def tail_from(templates: Templates, cosine: float) -> Tail:
    """Return every pair of two people's *templates* whose cosine is at least *cosine*."""
    lowest = first_cell_from(cosine)
    cells, one, other = [np.empty(0, np.int32)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(templates), BLOCK_ROWS):
        block = cells_of(
            templates.vectors[start : start + BLOCK_ROWS] @ templates.vectors[start:].T
        )
        rows, columns = np.nonzero(block >= lowest)
        once = columns > rows
        rows, columns = rows[once], columns[once]
        strangers = templates.people[start + rows] != templates.people[start + columns]
        rows, columns = rows[strangers], columns[strangers]
        cells.append(block[rows, columns])
        one.append(start + rows)
        other.append(start + columns)
    return Tail(np.concatenate(cells), np.concatenate(one), np.concatenate(other))
