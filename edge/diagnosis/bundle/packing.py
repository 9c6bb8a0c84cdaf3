"""One file for whoever helps: every part by itself, so that what is broken takes nothing with it."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from edge.collection.known_words import known_words
from edge.core import Core
from edge.counting import host_figures
from edge.diagnosis.bundle import machine, stored
from edge.diagnosis.bundle.chosen import chosen, secret_words
from edge.diagnosis.bundle.redaction import Redactor
from edge.errors import ConfigError, OstiaryError
from edge.health import Finding
from edge.logs.rendering import described
from edge.metrics import beat_in, figures_in
from edge.metrics.exposition import new_registry, text_of

LINES = 2000
"""Lines of the journal: a door that works writes a few a day."""

FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Packed:
    """What is in a bundle: the names of its files, and what could not be had, by name, with why."""

    names: tuple[str, ...]
    missing: dict[str, str]


def pack(
    core: Core,
    path: Path,
    findings: Sequence[Finding],
    *,
    now: datetime,
    lines: int = LINES,
) -> Packed:
    """Write the new file *path*, readable by its owner alone; *findings* are what was looked at.

    :raises ConfigError: if it exists, or cannot be written.
    """
    missing: dict[str, str] = {}
    redactor = _redactor(core, missing)
    content: dict[str, str] = {}
    for name, make in _parts(core, findings, redactor, lines):
        try:
            content[name] = make()
        except Exception as error:  # noqa: BLE001 - a tool for what is broken must not break on it
            missing[name] = redactor.text(described(error, personal=False))
    content["README.txt"] = _readme(now, content, missing)
    _write(path, _zipped(content, now))
    return Packed(tuple(content), missing)


def _parts(
    core: Core, findings: Sequence[Finding], redactor: Redactor, lines: int
) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "machine.json", lambda: _json(redactor.value(machine.machine()))
    yield "settings.json", lambda: _json(redactor.value(chosen(core.settings)))
    yield "findings.json", lambda: _json(redactor.value([asdict(each) for each in findings]))
    yield "databases.json", lambda: _json(redactor.value(stored.databases(core)))
    # Digests look like keys; nobody but this program writes them.
    yield "models.json", lambda: redactor.known(_json(stored.models(core)))
    yield "units.json", lambda: _json(redactor.value(machine.units()))
    yield "journal.txt", lambda: redactor.text(machine.journal(lines))
    yield "figures.prom", lambda: redactor.known(_figures(core))
    yield "door.json", lambda: _json(redactor.value(_beat(core)))


def _redactor(core: Core, missing: dict[str, str]) -> Redactor:
    words: frozenset[str] = frozenset()
    secrets: list[bytes] = []
    try:
        secrets.append(core.key.secret)
        words = known_words(core.database)
    except OstiaryError as error:
        missing["names to look for"] = described(error, personal=False)
    words |= secret_words(core.settings)
    return Redactor(words=words, secrets=secrets, home=Path.home())


def _figures(core: Core) -> str:
    door = figures_in(core.live)
    if door is not None:
        return door.decode()
    registry = new_registry()
    registry.register(host_figures(core))
    return text_of(registry).decode()


def _beat(core: Core) -> object:
    beat = beat_in(core.live)
    return "no sign of life" if beat is None else asdict(beat)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _readme(now: datetime, content: dict[str, str], missing: dict[str, str]) -> str:
    told = [
        f"Ostiary, what `ostiary doctor --bundle` found at {now:%F %T} UTC.",
        "",
        "Names, ids, badge numbers, passwords and keys are not in it. Read it before you send it.",
        "",
        *(f"{name}: {len(text.encode())} bytes" for name, text in content.items()),
        *(f"{name}: could not be had: {why}" for name, why in missing.items()),
    ]
    return "\n".join(told) + "\n"


def _zipped(content: dict[str, str], now: datetime) -> bytes:
    made = io.BytesIO()
    moment = max(now.timetuple()[:6], (1980, 1, 1, 0, 0, 0))  # a ZIP knows no earlier time
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = FILE_MODE << 16
            archive.writestr(entry, text)
    return made.getvalue()


def _write(path: Path, content: bytes) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, FILE_MODE), "wb") as file:
            file.write(content)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", remedy="Name a new file."
        ) from error
