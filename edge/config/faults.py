"""What is wrong with a settings file, in words: the path of each fault and the way out of it."""

from __future__ import annotations

import difflib
import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from edge.config.document import all_settings

_NAME = re.compile(r"[\w.\-]+")


def described(error: ValidationError) -> tuple[str, ...]:
    """Return one line a fault, such as ``door.treshold: unknown setting, did you mean …?``.

    Of the values only numbers are repeated: a text may hold a password. Names in a table are repeated
    where they look like names: somebody may have written the address before the name.
    """
    return tuple(_described(fault) for fault in error.errors(include_url=False))


def _described(fault: ErrorDetails) -> str:
    path = ".".join(_shown(str(part)) for part in fault["loc"] if part != "[key]")
    match fault["type"]:
        case "unexpected_keyword_argument":
            return f"{path}: unknown {_kind(path)}{_suggestion(path)}"
        case "dataclass_type":
            return f"{path}: should be a section, [{path}]"
        case "value_error":
            # A fault of several sections has no path.
            return f"{path}: {fault['ctx']['error']}".removeprefix(": ")
        case "path_type":
            return f"{path}: should be a path in double quotes"
        case "dict_type":
            return f'{path}: should be a table, as in {{ name = "…" }}'
    says = fault["msg"].removeprefix("Input ")
    value = fault["input"]
    return f"{path}: {says}, not {value}" if _is_number(value) else f"{path}: {says}"


def _shown(part: str) -> str:
    return part if _NAME.fullmatch(part) else "***"


def _kind(path: str) -> str:
    return "setting" if "." in path else "section"


def _suggestion(path: str) -> str:
    """Return the nearest known name: of the same section, else of another, else nothing."""
    known = all_settings()
    section, _, name = path.partition(".")
    if not name:
        near = difflib.get_close_matches(section, {setting.section for setting in known}, n=1)
    else:
        here = [setting.name for setting in known if setting.section == section]
        near = [f"{section}.{found}" for found in difflib.get_close_matches(name, here, n=1)]
        near = near or [setting.path for setting in known if setting.name == name]
    return f", did you mean {near[0]}?" if near else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
