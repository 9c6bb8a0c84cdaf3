"""How commands speak: tables and sentences for people, JSON for programs, errors with a remedy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge.errors import OstiaryError

Command = TypeVar("Command", bound=Callable[..., Any])


PIPE_WIDTH = 200
"""Characters; the widest table, the audit, needs 150."""


def json_option(command: Command) -> Command:
    """Give *command* the flag ``--json``, passed as *as_json*."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")(
        command
    )


def out() -> Console:
    """Return the console of standard output, as it is now (tests and pipes replace it)."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        # A file or a pipe has no width: nothing is cut off there.
        console.width = PIPE_WIDTH
    return console


def fail(error: OstiaryError) -> None:
    """Say on standard error what is wrong and what helps."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]Error:[/] {escape(error.message)}")
    if error.remedy:
        console.print(f"[bold]Remedy:[/] {escape(error.remedy)}")


def say(text: str) -> None:
    """Print a sentence for people."""
    out().print(escape(text))


def show_json(value: object) -> None:
    """Print *value*, made of dataclasses, mappings, sequences and plain values, as JSON."""
    click.echo(as_json(value))


def as_json(value: object) -> str:
    """Return *value*, made of dataclasses, mappings, sequences and plain values, as JSON."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; None shows as a dash. *columns* that begin with ``>`` are aligned right."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column.removeprefix(">"), justify="right" if column[0] == ">" else "left")
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    out().print(table)


def counted(count: int, one: str, many: str) -> str:
    """Write "1 person", "2 people"."""
    return f"{count} {one if count == 1 else many}"


def percent(value: float | None) -> str:
    """Write a similarity with two digits, cut and not rounded: 98.999 must not read as 99.00."""
    return "–" if value is None else f"{np.floor(value * 100) / 100:.2f} %"


def plain(value: object) -> Any:
    """Return *value* in the types that JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return _plain_leaf(value)


def _plain_leaf(value: object) -> object:
    if isinstance(value, np.ndarray):
        return np.round(value, 3).tolist()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return round(value, 6) if isinstance(value, float) else value


def _cell(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return str(value)
