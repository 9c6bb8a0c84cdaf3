"""A module of the catalogue that a bench writes: data, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable

WIDTH = 90
"""Characters of a line of provenance, at most."""


def data_module(title: str, *, writer: str, provenance: str, data: Iterable[str]) -> str:
    """Return the text of a module with one table: the lines of *data*, its name first.

    *title* says what the table is, *writer* which file writes it, *provenance* what was measured.
    """
    words, lines = provenance.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > WIDTH:
            lines.append("")
        lines[-1] += f"{word} "
    lines[-1] = lines[-1].rstrip()
    return "\n".join(
        [
            f'"""{title}',
            "",
            f"Data only; `{writer}` writes this file.",
            '"""',
            "",
            "from __future__ import annotations",
            "",
            "PROVENANCE = (",
            *(f'    "{line}"' for line in lines),
            ")",
            "",
            *data,
            "",
        ]
    )
