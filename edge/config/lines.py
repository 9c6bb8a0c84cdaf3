"""Which GPIO lines the settings name, and that no two of them name the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class LineUse:
    """One line of a chip, and the setting that names it, such as ``lock.line``."""

    setting: str
    chip: Path
    line: int


@runtime_checkable
class UsesLines(Protocol):
    """A section of the settings that may name lines."""

    def line_uses(self) -> tuple[LineUse, ...]:
        """Return the lines that will be taken; none where the section drives no device."""


def demand_one_use_each(sections: Iterable[object]) -> None:
    """Compare the lines of all *sections*; those that name none may be anything.

    :raises ValueError: naming every line that is named more than once, and by which settings.
    """
    users: defaultdict[tuple[Path, int], list[str]] = defaultdict(list)
    for section in sections:
        if isinstance(section, UsesLines):
            for use in section.line_uses():
                users[use.chip, use.line].append(use.setting)
    shared = [
        f"{' and '.join(settings)} name the same line, {line} of {chip}"
        for (chip, line), settings in users.items()
        if len(settings) > 1
    ]
    if shared:
        raise ValueError("; ".join(shared))
