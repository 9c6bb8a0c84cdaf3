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
