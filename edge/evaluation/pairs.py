"""Every template compared with every other, in blocks, as counts.

Templates are sorted by person, and a block of rows never cuts a person in two: then all genuine
pairs of the block lie in its square on the diagonal, and everything right of it is impostors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import Vector
from edge.evaluation.grid import CELLS, Cells, Counts, cells_of, counts_of

BLOCK_ROWS = 256
"""Templates per block: 256 × 13,233 cosines are 14 MB."""

EXCLUDED = CELLS
"""A cell beyond the grid, for pairs that are not compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Templates:
    """Unit vectors to compare, ``(n, dimension)``, and the person of each, ``(n,)``.

    Rows are sorted by person; persons are numbers from 0.

    :raises ValueError: if they are not sorted or the lengths differ.
    """

    vectors: Vector
    people: NDArray[np.int32]

    def __post_init__(self) -> None:
        if len(self.vectors) != len(self.people) or (np.diff(self.people) < 0).any():
            raise ValueError("templates must come sorted by person, with one person each")

    def __len__(self) -> int:
        return len(self.people)


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Cosines of all pairs: impostors counted per cell, genuine pairs one by one.

    *impostors*: ``(CELLS,)``. *genuine_cells* and *genuine_people*: one entry per genuine pair,
    its cell and whose it is; intervals resample the people.
    """

    impostors: Counts
    genuine_cells: Cells
    genuine_people: NDArray[np.int32]

    @property
    def genuine(self) -> Counts:
        """Genuine pairs counted per cell, ``(CELLS,)``."""
        return counts_of(self.genuine_cells)


def compare_all(
    templates: Templates,
    *,
    never: Collection[tuple[int, int]] = (),
    progress: Callable[[int], object] = lambda _rows: None,
) -> Comparisons:
    """Compare every template with every other, each pair once.

    *never* names pairs of people that are not compared; *progress* is told how many rows are done.
    """
    impostors = np.zeros(CELLS, np.int64)
    genuine_cells, genuine_people = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for start, stop in _blocks(templates.people):
        cells = cells_of(templates.vectors[start:stop] @ templates.vectors[start:].T)
        rows, columns = templates.people[start:stop], templates.people[start:]
        _exclude(cells, rows, columns, never)
        square = cells[:, : stop - start]
        once = np.triu(np.ones(square.shape, bool), k=1)
        same = rows[:, None] == rows[None, :]
        genuine_cells.append(square[once & same])
        genuine_people.append(np.broadcast_to(rows[:, None], same.shape)[once & same])
        impostors += _counts(square[once & ~same]) + _counts(cells[:, stop - start :])
        progress(stop - start)
    return Comparisons(impostors, np.concatenate(genuine_cells), np.concatenate(genuine_people))


def compare_between(references: Templates, probes: Templates) -> Comparisons:
    """Compare every reference with every probe; persons have the same numbers in both."""
    impostors = np.zeros(CELLS, np.int64)
    genuine_cells, genuine_people = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for start in range(0, len(references), BLOCK_ROWS):
        rows = references.people[start : start + BLOCK_ROWS]
        cells = cells_of(references.vectors[start : start + BLOCK_ROWS] @ probes.vectors.T)
        same = rows[:, None] == probes.people[None, :]
        genuine_cells.append(cells[same])
        genuine_people.append(np.broadcast_to(rows[:, None], same.shape)[same])
        impostors += _counts(cells) - _counts(genuine_cells[-1])
    return Comparisons(impostors, np.concatenate(genuine_cells), np.concatenate(genuine_people))


def _blocks(people: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """Yield ``(start, stop)`` of blocks of about BLOCK_ROWS rows that cut no person in two."""
    ends = np.append(np.flatnonzero(np.diff(people)) + 1, len(people))
    start = 0
    while start < len(people):
        stop = int(ends[min(int(np.searchsorted(ends, start + BLOCK_ROWS)), len(ends) - 1)])
        yield start, stop
        start = stop


def _exclude(
    cells: Cells,
    rows: NDArray[np.int32],
    columns: NDArray[np.int32],
    never: Collection[tuple[int, int]],
) -> None:
    for one, other in never:
        for first, second in ((one, other), (other, one)):
            cells[np.ix_(rows == first, columns == second)] = EXCLUDED


def _counts(cells: Cells) -> Counts:
    return np.bincount(cells.ravel(), minlength=CELLS + 1)[:CELLS].astype(np.int64)
