"""How figures are written on the card, and tables in Markdown; pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from edge.evaluation.intervals import Interval


def percent(share: float, digits: int = 2) -> str:
    """Write a share (0 to 1) in percent."""
    return f"{100 * share:.{digits}f} %"


def between(interval: Interval, digits: int = 2) -> str:
    """Write an interval of shares in percent, the sign left to the heading."""
    return f"{100 * interval.low:.{digits}f}–{100 * interval.high:.{digits}f}"


def rate(value: float, digits: int = 2) -> str:
    """Write a small rate: 1.3e-6, and 0 where nothing was seen."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def target(value: float) -> str:
    """Write a rate that somebody chose: 1e-5."""
    return f"{value:.0e}".replace("e-0", "e-")


def times(ratio: float) -> str:
    """Write how many times as often: two digits that count."""
    return f"{ratio:.1f}" if ratio >= 1.95 else f"{ratio:.2f}"


def count(number: int) -> str:
    """Write a number with its thousands."""
    return f"{number:,}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; cells are written as they are.

    :raises ValueError: if a row has not as many cells as there are headings.
    """
    written = [list(headings), ["---"] * len(headings)]
    for row in rows:
        if len(row) != len(headings):
            raise ValueError(f"{len(row)} cells under {len(headings)} headings")
        written.append(list(row))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in written)


WIDTH = 120
"""Columns of a line of prose."""

_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_AS_IT_IS = ("|", "#", "!", "```", "    ")


def flowed(text: str) -> str:
    """Return Markdown with its prose in lines of the same length, whatever figures stand in it.

    Tables, headings, pictures and code stay as they are.
    """
    parts = _FENCED.split(text)
    return "".join(
        part if part.startswith("```") else "\n\n".join(map(_block, part.split("\n\n")))
        for part in parts
    )


def _block(block: str) -> str:
    before = "\n" if block.startswith("\n") else ""
    after = "\n" if block.endswith("\n") and block.strip() else ""
    if not block.strip() or block.lstrip("\n").startswith(_AS_IT_IS):
        return block
    items = re.split(r"\n(?=\* )", block.strip("\n"))
    return before + "\n".join(map(_filled, items)) + after


def _filled(item: str) -> str:
    return textwrap.fill(
        " ".join(item.split()),
        WIDTH,
        subsequent_indent="  " if item.startswith("* ") else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
