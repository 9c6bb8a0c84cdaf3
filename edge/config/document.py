"""The settings as documentation: their paths, their defaults, and the commented example file.

``python -m edge.config`` prints ``firmware_config/ostiary.toml``; a test keeps that file
equal to it, so that no setting is undocumented and no documented setting is missing.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import TypeAlias, get_type_hints

from pydantic.fields import FieldInfo

from edge.config.settings import KEY_FILE_NAME, Settings

Single: TypeAlias = str | int | float | bool | Path | None
Value: TypeAlias = Single | Mapping[str, Single]

HEADER = """\
# Ostiary's settings. A line that begins with # and a name shows the default of a setting: remove
# the # to change it. Then restart the door: systemctl restart ostiary-door
#
# Written by `python -m edge.config`; the words come from edge/config/settings.py.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set: where, what it is otherwise, and what it means."""

    section: str
    name: str
    default: Value
    description: str

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"


def all_settings() -> tuple[Setting, ...]:
    """Return every setting, in the order of the file."""
    return tuple(_settings())


def commented_toml() -> str:
    """Return a TOML file that explains every setting and shows its default in a comment."""
    parts = [HEADER]
    for section, settings in groupby(all_settings(), key=lambda setting: setting.section):
        parts.append(f"\n[{section}]\n")
        for setting in settings:
            explained = textwrap.fill(
                setting.description,
                width=100,
                initial_indent="## ",
                subsequent_indent="## ",
                break_on_hyphens=False,  # names of devices have some
            )
            parts.append(f"{explained}\n#{setting.name} = {_toml(setting.default)}\n")
    return "".join(parts)


def settings_as_toml(settings: Settings) -> str:
    """Return *settings* as a TOML file that reads back the same; it may hold a camera's password."""
    parts = []
    for section in fields(settings):
        values = getattr(settings, section.name)
        parts.append(f"[{section.name}]\n")
        parts.extend(
            f"{setting.name} = {_toml(getattr(values, setting.name))}\n"
            for setting in fields(values)
        )
    return "".join(parts)


def _settings() -> Iterator[Setting]:
    defaults = Settings()
    for section in fields(Settings):
        values = getattr(defaults, section.name)
        hints = get_type_hints(type(values), include_extras=True)
        for setting in fields(values):
            explained = next(
                each for each in hints[setting.name].__metadata__ if isinstance(each, FieldInfo)
            )
            default: Value = getattr(values, setting.name)
            if setting.name == "key_file":
                default = KEY_FILE_NAME  # shown as it is written: relative to the folder
            yield Setting(section.name, setting.name, default, explained.description or "")


def _toml(value: Value) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_text(name)} = {_toml(each)}" for name, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if value is None:
        return '""'
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return _text(str(value))


def _text(value: str) -> str:
    """Return a TOML basic string: JSON's, but DEL is escaped and nothing else beyond ASCII is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
