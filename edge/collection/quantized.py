"""Which of many vectors can still be among the nearest: a scan of bytes with a proven bound.

A row *x* of *d* numbers is held as ``int8`` levels *i* and a scale *s*, with *e = x − s·i* the
rounding error; a query *q* likewise as *a·j + f*. The product of the levels is a whole number, which
vector instructions compute exactly and from a quarter of the bytes. How far it can be from *q·x*:

    q·x = a·s·(j·i) + f·(s·i) + q·e,  so by Cauchy and Schwarz
    |q·x − a·s·(j·i)| ≤ ‖f‖·‖s·i‖ + ‖q‖·‖e‖

*‖e‖* is kept with the row. *‖s·i‖* is at most *‖x‖ + ‖e‖*, and *e* half a level in each number, so
that with what float32 takes of a level *‖e‖* is below *‖x‖·√d/252*. What counts in the end is
*1 − D²/2* of the distance *D* between *(q, 0)* and what is held, *w = (x, rest)*: it is
*q·x + (1 − ‖w‖²)/2* and a constant of the query. Lengths are 1 within a tolerance, so
*|1 − ‖w‖²|/2* is added to the row's error.

Let *T* be the *k*-th largest of the lower bounds. *k* rows are no worse than *T*. A row whose upper
bound is below *T* by more than the rounding of floats is worse than each of these, whichever way all
are rounded when they are computed: it is not among the *k* nearest, nor as near as the last of them.
All others are contenders. Which of them are the nearest, their floats decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import simsimd
from numpy.typing import NDArray

from edge.collection.vectors import Held
from edge.domain import UNIT_NORM_TOLERANCE

Floats = NDArray[np.float32]
Slots = NDArray[np.intp]

LEVELS = 127
"""The largest level; −128 is not used, so that the range has a middle."""

UNIT_ROUNDOFF = 2.0**-24
"""Largest relative error of one rounding to float32 (IEEE 754)."""

_LONGEST = 1 + UNIT_NORM_TOLERANCE
_UPWARDS = 1 + 2.0**-20
"""More than rounding to float32 takes away: a stored error is never less than the true one."""
_SMALLEST_SCALE = np.float32(1e-30)
_SURELY_ABOVE_MINUS_ONE = -0.99

BLOCK = 32_768
"""Rows whose products, 8 bytes each, are turned into bounds while they are in the cache."""

GROUP = 64
"""Rows of which the largest lower bound stands for all: finding *k* of few is quicker than of all."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """Rows in eight bits: *levels* (n, d), and each row's *scales* and *errors*.

    An error is that of the product with any exact query, and of the row's own length.
    """

    levels: NDArray[np.int8]
    scales: Floats
    errors: Floats


def rounded(held: Held) -> Rounded:
    """Round *held*, vectors as a copy holds them, without their last number."""
    numbers = held[:, :-1]
    largest = np.maximum(numbers.max(axis=1), -numbers.min(axis=1))
    scales = np.maximum(largest / np.float32(LEVELS), _SMALLEST_SCALE)
    levels = np.clip(np.rint(numbers / scales[:, np.newaxis]), -LEVELS, LEVELS)
    # Whatever the levels are, what they lose is measured, in double precision.
    near = levels.astype(np.float64)
    near *= scales[:, np.newaxis]
    np.subtract(numbers, near, out=near)
    lost = np.sqrt(np.einsum("ij,ij->i", near, near)) * _LONGEST
    not_unit = np.abs(1 - np.einsum("ij,ij->i", held, held, dtype=np.float64)) / 2
    return Rounded(
        levels.astype(np.int8),
        scales,
        ((lost + not_unit) * _UPWARDS).astype(np.float32),
    )


def contenders(rows: Rounded, query: Floats, k: int, among: Slots | None = None) -> Slots:
    """Return where the *k* rows nearest to *query* are, all as near as the last, and few others.

    *query* is a finite vector of length one; *k* is at least 1 and at most the number of rows;
    *among* are the places that count, None for all.
    """
    lower, upper, asked = _bounds(rows, query)
    if among is not None:
        lower, upper = lower[among], upper[among]
    least = _kth_largest(lower, k) - 2 * asked - slack(query.size)
    if not least > _SURELY_ABOVE_MINUS_ONE:
        # A cosine is cut off at −1, where rows become as near as each other that are not.
        least = -np.inf
    # Written so that NaN, which no sound row gives, counts as a contender.
    found = np.flatnonzero(~(upper < least))
    return found if among is None else among[found]


def slack(dimension: int) -> float:
    """Return how far below the *k*-th lower bound a row must stay to be surely worse.

    sqlite-vec adds *dimension* + 1 squares of differences in float32 and takes the root: in whatever
    order it adds, the square of what it tells has a relative error of at most (dimension + 6)·u to
    first order (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1); 1 %
    is for the higher orders. *D* is at most 2·(1 + tolerance), *D²/2* then 2·(1 + tolerance)². It
    counts for the row and for the *k*-th. The bounds are of float32 as well: no more than four
    roundings each of numbers near one, for two rows, twice over.
    """
    told = 1.01 * (dimension + 6) * UNIT_ROUNDOFF * 2 * _LONGEST**2
    return 2 * told + 16 * UNIT_ROUNDOFF


def _bounds(rows: Rounded, query: Floats) -> tuple[Floats, Floats, float]:
    """Return bounds of the product of each row and *query*, lower and upper ones.

    They are of the rounded query. Last comes how much the exact one can be beyond them.
    """
    exact = query.astype(np.float64)
    scale = np.float32(np.abs(exact).max() / LEVELS)
    levels = np.clip(np.rint(exact / scale), -LEVELS, LEVELS)
    lost = float(np.linalg.norm(exact - levels * float(scale)))
    longest = _LONGEST * (1 + np.sqrt(query.size) / (2 * LEVELS - 2))
    asked = levels.astype(np.int8)[np.newaxis]
    count = rows.levels.shape[0]
    lower = np.empty(count, np.float32)
    upper = np.empty(count, np.float32)
    for start in range(0, count, BLOCK):
        block = slice(start, start + BLOCK)
        products = np.asarray(simsimd.cdist(asked, rows.levels[block], "dot"))
        middle = products.reshape(-1).astype(np.float32)
        middle *= rows.scales[block]
        middle *= scale
        np.subtract(middle, rows.errors[block], out=lower[block])
        np.add(middle, rows.errors[block], out=upper[block])
    return lower, upper, lost * longest


def _kth_largest(values: Floats, k: int) -> float:
    """Return a number that *k* of *values* reach: the *k*-th largest, or seldom a little less."""
    groups = len(values) // GROUP
    if groups >= 16 * k:
        whole = values[: groups * GROUP].reshape(GROUP, groups).max(axis=0)
        values = np.concatenate((whole, values[groups * GROUP :]))
    return float(np.partition(values, len(values) - k)[len(values) - k])
