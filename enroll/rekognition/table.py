"""The table of all operations, for people: ``python -m enroll.rekognition`` writes it into the docs."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from enroll.rekognition.operations import OPERATIONS

BEGIN = "<!-- The table is written by `python -m enroll.rekognition`. -->"
END = "<!-- The table ends here. -->"


def table() -> str:
    """Return the table in Markdown: every operation, by group, with what it does here."""
    offered = sum(operation.offered for operation in OPERATIONS)
    lines = [
        f"{offered} of {len(OPERATIONS)} operations are answered.",
        "",
        "| operation | here | |",
        "|---|---|---|",
    ]
    for group, operations in groupby(OPERATIONS, key=lambda operation: operation.group):
        lines.append(f"| **{group.value}** | | |")
        lines += [
            f"| `{each.name}` | {'yes' if each.offered else 'no'} | {each.note} |"
            for each in operations
        ]
    return "\n".join(lines)


def rewritten(text: str) -> str:
    """Return the page *text* with today's table between the two marks.

    :raises ValueError: if it has no such marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the table")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def rewrite(page: Path) -> None:
    """Put today's table into *page*."""
    page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")
