"""The settings as whoever helps may see them: what is set, without what is secret in it.

The settings say themselves what is: whatever their ``repr`` leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

from edge.collection.known_words import LEAST_LETTERS
from edge.config import Settings
from edge.hardware.address import is_address, masked

TOKEN_LETTERS = 8
"""From here on a part of an address with a digit in it is taken for a token, as some services have."""

WITHHELD = frozenset(("site.name", "mqtt.username"))
"""Typed by people about themselves, and no help to anybody else."""


def chosen(settings: Settings) -> dict[str, dict[str, object]]:
    """Return every setting that is not as it comes, by section."""
    defaults, found = Settings(), {}
    for section in fields(settings):
        values, others = getattr(settings, section.name), getattr(defaults, section.name)
        changed = {
            setting.name: _told(
                f"{section.name}.{setting.name}",
                getattr(values, setting.name),
                secret=not setting.repr,
            )
            for setting in fields(values)
            if getattr(values, setting.name) != getattr(others, setting.name)
        }
        if changed:
            found[section.name] = changed
    return found


def secret_words(settings: Settings) -> frozenset[str]:
    """Return the secrets in *settings*, and in the files that they name, to be looked for elsewhere."""
    found = {settings.mqtt.username, *_in_files(settings)}
    for section in fields(settings):
        values = getattr(settings, section.name)
        for setting in fields(values):
            if not setting.repr:
                value = getattr(values, setting.name)
                for each in value.values() if isinstance(value, Mapping) else (value,):
                    found.update(_in_address(str(each)))
    return frozenset(word for word in found if len(word) >= LEAST_LETTERS)


def _in_address(address: str) -> Iterator[str]:
    """Yield the password, what is asked for, and the parts of the path that look like a token."""
    if not is_address(address):
        return
    rest = address.partition("://")[2]
    before, at, after = rest.rpartition("@")
    if at:
        password = before.partition(":")[2]
        yield from (password, unquote(password))
    path, _, query = after.partition("?")
    for pair in query.split("&"):
        value = pair.partition("=")[2]
        yield from (value, unquote(value))
    for part in path.split("/")[1:]:
        if len(part) >= TOKEN_LETTERS and any(sign.isdigit() for sign in part):
            yield part


def _in_files(settings: Settings) -> Iterator[str]:
    """Yield the lines of the files of passwords and keys, those that may be read."""
    for path in (settings.mqtt.password_file, *settings.webhooks.keys.values()):
        try:
            text = "" if path is None else path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        yield from (line.strip() for line in text.splitlines())


def _told(path: str, value: object, *, secret: bool) -> object:
    if path in WITHHELD:
        return "***"
    if isinstance(value, Mapping):
        return {str(name): _told("", each, secret=secret) for name, each in value.items()}
    if isinstance(value, Path):
        return str(value)
    if secret:
        return masked(str(value))
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
