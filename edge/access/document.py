"""Rules as a document: TOML for people, canonical JSON for the store; one validator reads both.

Every fault is told at once, with its path. Equal rules have equal texts, whatever document they
came from, so that versions can be compared line by line.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from edge.access import document_form
from edge.access.document_build import Document, document_of, ruleset_of
from edge.access.document_form import RulesForm
from edge.access.rules import Rules
from edge.access.ruleset import Ruleset
from edge.errors import RulesError
from edge.toml_text import NotTomlError, parse_toml

LONGEST_TEXT = 1_000_000
"""Characters of a document; 200 schedules and 50 groups take 60,000."""

REMEDY = "Nothing was changed. docs/rules.md shows every line that rules may have."

_ADAPTER = TypeAdapter(RulesForm)
_BARE = re.compile(r"[A-Za-z0-9_\-]+")
_FORMS = (
    "RulesForm",
    "CalendarForm",
    "HolidayForm",
    "ScheduleForm",
    "RecurringForm",
    "HolidayUseForm",
    "AreaForm",
    "DoorForm",
    "ModeTimeForm",
    "TwoPersonsForm",
    "UnlockingForm",
    "GroupForm",
    "PermissionForm",
    "PinForm",
)


def from_toml(text: str) -> Ruleset:
    """Return the rules that a TOML document says.

    :raises RulesError: with every fault that is in it.
    """
    _refuse_long(text)
    try:
        return from_document(parse_toml(text))
    except NotTomlError as error:
        raise RulesError((f"not TOML: {error}",), remedy=REMEDY) from error


def from_json(text: str) -> Ruleset:
    """Return the rules that a JSON document says.

    :raises RulesError: with every fault that is in it.
    """
    _refuse_long(text)
    try:
        document = json.loads(text, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise RulesError((f"not JSON: {error}",), remedy=REMEDY) from error
    return from_document(document)


def from_document(document: object) -> Ruleset:
    """Return the rules that a parsed document says.

    :raises RulesError: with every fault that is in it; names that lead nowhere, once its shape is
        right.
    """
    try:
        ruleset = ruleset_of(_ADAPTER.validate_python(document))
        Rules(ruleset)
    except ValidationError as error:
        faults = tuple(_described(fault) for fault in error.errors(include_url=False))
        raise RulesError(faults, remedy=REMEDY) from None  # pydantic repeats what is in there
    except RulesError as error:
        raise RulesError(error.faults, remedy=REMEDY) from error
    return ruleset


def to_json(ruleset: Ruleset) -> str:
    """Return *ruleset* as canonical JSON: one text for equal rules, a line for every value."""
    return json.dumps(document_of(ruleset), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def to_toml(ruleset: Ruleset) -> str:
    """Return *ruleset* as TOML that reads back the same."""
    document = document_of(ruleset)
    lines = [f"zone = {_toml(document.pop('zone'))}"]
    for section, tables in document.items():
        if section == "pins":
            lines += ["", "[pins]", *_lines(tables)]
            continue
        for name, table in tables.items():
            lines += ["", f"[{section}.{_key(name)}]", *_lines(table)]
    return "\n".join(lines) + "\n"


def known_names() -> list[str]:
    """Return every name that a table of some kind may hold."""
    forms = (getattr(document_form, name) for name in _FORMS)
    return sorted({field.name for form in forms for field in fields(form)})


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise RulesError(
            (f"the document has {len(text):,} characters, {LONGEST_TEXT:,} are allowed",),
            remedy=REMEDY,
        )


def _once_each(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one table")
    return found


def _lines(table: Document) -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            yield f"{name} = ["
            yield from (f"    {_toml(each)}," for each in value)
            yield "]"
        else:
            yield f"{name} = {_toml(value)}"


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + " }"
        case list():
            return "[" + ", ".join(_toml(each) for each in value) + "]"
    # TOML's basic strings, numbers and booleans are JSON's, but for DEL; names are printable.
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _toml(name)


def _described(fault: ErrorDetails) -> str:
    path = ".".join(str(part)[:64] for part in fault["loc"] if part != "[key]") or "the document"
    match fault["type"]:
        case "unexpected_keyword_argument":
            name = str(fault["loc"][-1])
            near = difflib.get_close_matches(name, known_names(), n=1)
            return f"{path}: is unknown" + (f", did you mean {near[0]}?" if near else "")
        case "dataclass_type":
            return f"{path}: should be a table"
        case "missing":
            return f"{path}: is missing"
        case "value_error":
            return f"{path}: {fault['ctx']['error']}"
    return f"{path}: {fault['msg'].removeprefix('Input ').removeprefix('String ')}"
