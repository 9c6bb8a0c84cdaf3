"""The whole card: all results as one value, to a file and back, and as one page of Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from edge.errors import EvaluationError
from edge.evaluation.card import (
    by_group,
    fusing,
    gate,
    identification,
    promise,
    robustness,
    verification,
)
from edge.evaluation.card import made as head
from edge.evaluation.card.by_group import ByGroup
from edge.evaluation.card.fusing import Fusing
from edge.evaluation.card.gate import Gate
from edge.evaluation.card.identification import Identification
from edge.evaluation.card.made import Made
from edge.evaluation.card.material import Material
from edge.evaluation.card.promise import Promise
from edge.evaluation.card.verification import Verification
from edge.evaluation.card.words import flowed
from edge.evaluation.robustness.trial import Robustness


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything that was measured; a section that never was is None, and is named on the page."""

    made: Made
    verification: Verification | None = None
    fusing: Fusing | None = None
    identification: Identification | None = None
    promise: Promise | None = None
    gate: Gate | None = None
    robustness: Robustness | None = None
    by_group: ByGroup | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: *name* is its field in :class:`Results`."""

    name: str
    measured: Callable[[Material], Any]
    markdown: Callable[[Any], str]


SECTIONS: tuple[Section, ...] = (
    Section("verification", verification.measured, verification.markdown),
    Section("fusing", fusing.measured, fusing.markdown),
    Section("identification", identification.measured, identification.markdown),
    Section("promise", promise.measured, promise.markdown),
    Section("gate", gate.measured, gate.markdown),
    Section("robustness", robustness.measured, robustness.markdown),
    Section("by_group", by_group.measured, by_group.markdown),
)
"""In the order of the page."""

NOT_MEASURED = "**Not measured**, so that nothing is said of it here:"


def markdown(results: Results) -> str:
    """Return the page; it names what was not measured."""
    parts = [head.markdown(results.made)]
    missing = []
    for section in SECTIONS:
        found = getattr(results, section.name)
        if found is None:
            missing.append(section.name.replace("_", " "))
        else:
            parts.append(section.markdown(found))
    if missing:
        parts.append(f"{NOT_MEASURED} {', '.join(missing)}.")
    return "\n".join(f"{flowed(part).strip()}\n" for part in parts)


def to_text(results: Results) -> str:
    """Return *results* as JSON, for a file that :func:`read` reads."""
    return json.dumps(asdict(results), indent=1, ensure_ascii=False) + "\n"


def read(path: Path) -> Results:
    """Return the results that were written to *path*.

    :raises EvaluationError: if there are none, or they are of another form than this program's.
    """
    try:
        return TypeAdapter(Results).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise EvaluationError(
            f"{path} holds no results of an accuracy card: {error}.",
            remedy="Measure them anew: make accuracy LFW=FOLDER",
        ) from error
