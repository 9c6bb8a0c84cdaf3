"""What a package carries inside: the bills that its wheel brings along (PEP 770)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """A library inside of a package; *licence* as its bill says, "" where it says none."""

    name: str
    version: str
    licence: str


def parts_of(package: Distribution) -> tuple[Part, ...]:
    """Return what the bills of *package* name, each once, without the package itself.

    A bill that is no CycloneDX of JSON tells nothing.
    """
    own = package.metadata["Name"].replace("_", "-").lower()
    found = {part for file in _bills(package) for part in _parts(_read(file))}
    return tuple(
        sorted(
            (part for part in found if part.name.replace("_", "-").lower() != own),
            key=lambda part: (part.name.lower(), part.version),
        )
    )


def _bills(package: Distribution) -> Iterator[Path]:
    for file in package.files or []:
        if file.parent.name == "sboms" and file.suffix == ".json":
            yield Path(str(package.locate_file(file)))


def _read(file: Path) -> dict[str, Any]:
    told = json.loads(file.read_text(encoding="utf-8"))
    return told if isinstance(told, dict) and told.get("bomFormat") == "CycloneDX" else {}


def _parts(bill: dict[str, Any]) -> Iterator[Part]:
    for each in bill.get("components", []):
        yield Part(each["name"], each.get("version", ""), _licence(each.get("licenses", [])))


def _licence(told: list[dict[str, Any]]) -> str:
    """All of them together, as one expression where there are several."""
    names = [
        each.get("expression") or each["license"].get("id") or each["license"].get("name", "")
        for each in told
    ]
    return " AND ".join(f"({n})" if " OR " in n and len(names) > 1 else n for n in names if n)
