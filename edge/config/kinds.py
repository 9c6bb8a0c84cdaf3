"""The kinds of values that settings have, each as strict as TOML lets it be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

STREAM_SCHEMES = ("rtsp", "rtsps", "http", "https")

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
"""The values are strict by the types below: a section read from a file is a table, which pydantic
in strict mode would not take for a dataclass."""


def _as_path(value: object) -> object:
    """Turn TOML's text into a path, refusing what would depend on the current folder."""
    if isinstance(value, str):
        path = Path(value).expanduser()
        if not path.is_absolute():
            raise ValueError("should be an absolute path, or one that begins with ~/")
        return path
    return value


def _as_optional_path(value: object) -> object:
    return None if value == "" else _as_path(value)


def _as_optional_line(value: object) -> object:
    return None if value == "" else value


def _as_key_path(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) and value else value


def _is_source(value: str) -> str:
    scheme, separator, _ = value.partition("://")
    if separator and scheme not in STREAM_SCHEMES:
        raise ValueError(f"should be an address of {', '.join(STREAM_SCHEMES)}, or no address")
    return value


def _is_turn(value: int) -> int:
    if value not in (0, 90, 180, 270):
        raise ValueError("should be 0, 90, 180 or 270")
    return value


Text = Annotated[str, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Switch = Annotated[bool, Strict()]
FilePath = Annotated[Path, BeforeValidator(_as_path)]
KeyPath = Annotated[Path, BeforeValidator(_as_key_path)]
OptionalPath = Annotated[Path | None, BeforeValidator(_as_optional_path)]
CameraSource = Annotated[Text, StringConstraints(min_length=1), AfterValidator(_is_source)]
Turn = Annotated[Whole, AfterValidator(_is_turn)]
OptionalLine = Annotated[
    Annotated[Whole, Field(ge=0, le=511)] | None, BeforeValidator(_as_optional_line)
]
Level: TypeAlias = Literal["high", "low"]
Bias: TypeAlias = Literal["pull-up", "pull-down", "none"]
