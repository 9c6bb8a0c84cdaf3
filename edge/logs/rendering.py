"""A record of Python's logging as text, with or without what tells of people.

Our own errors say by their class whether their words may name somebody. Of others only the kind is
told, and of the system's the reason: ``invalid literal for int(): 'Ada Lovelace'`` helps nobody who
has the line it happened in.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge.errors import OstiaryError
from edge.logs.personal import Personal
from edge.logs.scrubbing import without_people, without_secrets


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message, and the kind and the trace of the error that belongs to it, if any."""

    message: str
    error: str | None = None
    trace: str | None = None

    def __str__(self) -> str:
        return self.message if self.trace is None else f"{self.message}\n{self.trace}"


def rendered(record: logging.LogRecord, *, personal: bool) -> Rendered:
    """Return *record* as text; *personal* leaves in what tells of people."""
    message = _clean(_message(record, personal=personal), personal=personal)
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return Rendered(message)
    trace = "\n".join(_trace(error, personal=personal))
    return Rendered(message, type(error).__name__, _clean(trace, personal=personal))


def described(error: BaseException, *, personal: bool) -> str:
    """Return what is wrong, in the words of *error* if they may be told."""
    if personal or (isinstance(error, OstiaryError) and not error.personal):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return f"{type(error).__name__} (its text is withheld: log.personal)"


def _message(record: logging.LogRecord, *, personal: bool) -> str:
    text, args = str(record.msg), record.args
    if isinstance(record.msg, BaseException):
        text = described(record.msg, personal=personal)
    if not args:
        return text
    try:
        if isinstance(args, Mapping):
            return text % {name: _told(each, personal=personal) for name, each in args.items()}
        return text % tuple(_told(each, personal=personal) for each in args)
    except (TypeError, ValueError):
        return text  # a message that does not fit its arguments is told without them


def _told(value: object, *, personal: bool) -> object:
    if isinstance(value, Personal):
        return value.value if personal else value
    if isinstance(value, BaseException):
        return described(value, personal=personal)
    return value


def _trace(error: BaseException, *, personal: bool) -> Iterator[str]:
    """Yield the lines of Python's own trace, with each error in the words that may be told."""
    cause = error.__cause__
    if cause is None and not error.__suppress_context__:
        cause = error.__context__
    if cause is not None:
        yield from _trace(cause, personal=personal)
        yield ""
        yield "which led to:"
        yield ""
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        for lines in traceback.format_tb(error.__traceback__):
            yield lines.rstrip("\n")
    name, text = type(error).__name__, described(error, personal=personal)
    yield text if text.startswith(name) else f"{name}: {text}"


def _clean(text: str, *, personal: bool) -> str:
    text = without_secrets(text)
    return text if personal else without_people(text)
