"""Charts: bars as long as their counts, inside their frame, whatever is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enroll.charts import Group, Series, columns, rows

BOTH = (Series("in", "good"), Series("out", "bad"))
COUNTS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=60)


@given(COUNTS)
def test_upright_bars_stay_in_the_frame(counts: list[tuple[int, int]]) -> None:
    """No bar leaves the drawing, and each count that is not zero has one."""
    chart = columns("t", "h", BOTH, [Group(str(n), c, str(n)) for n, c in enumerate(counts)])
    assert len(chart.bars) == sum(bool(count) for pair in counts for count in pair)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= chart.width + 0.1
        assert 0 <= bar.y <= bar.y + bar.height <= chart.height
    assert chart.empty == (not any(map(any, counts)))


def test_heights_are_in_proportion() -> None:
    """Twice as many is twice as high, and the second series stands on the first."""
    chart = columns("t", "h", BOTH, [Group("a", (10, 0)), Group("b", (20, 10))])
    a, b, on_top = chart.bars
    assert b.height == pytest.approx(2 * a.height, abs=0.2)
    assert on_top.y + on_top.height == pytest.approx(b.y, abs=0.2)


@given(st.lists(st.integers(0, 10**6), max_size=20))
def test_lying_bars_stay_in_the_frame(counts: list[int]) -> None:
    """No bar leaves the drawing, and a name and a number belong to each."""
    chart = rows("t", "h", BOTH[0], [Group(f"name {n}", (c,)) for n, c in enumerate(counts)])
    assert len(chart.bars) == len(counts)
    assert len(chart.words) == 2 * len(counts)
    assert all(bar.x + bar.width <= chart.width for bar in chart.bars)


def test_the_axis_reads_well() -> None:
    """It ends at a round number above the highest bar."""
    for highest, top in ((1, "1"), (3, "3"), (7, "8"), (9, "10"), (101, "200"), (1000, "1,000")):
        chart = columns("t", "h", BOTH[:1], [Group("a", (highest,))])
        assert chart.words[-1].text == top
