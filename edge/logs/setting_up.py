"""The one place that says where log lines go, how they look, and what they may tell."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import IO

from edge.logs.journal import JournalHandler, leads_to_journal
from edge.logs.lines import AsJson, ForPeople

log = logging.getLogger("edge")

NOISY = {"waitress.queue": logging.ERROR}
"""Told at every request that waits for a moment, which is no fault and no change."""

_MARK = "ostiary"


def set_up(*, verbose: bool = False, style: str = "auto", personal: bool = False) -> None:
    """Let every log line of this process go to standard error, or to the journal behind it.

    *style* is ``auto``, ``text`` or ``json``; *verbose* tells what happens inside, too. May be called
    anew, as when the settings are read; a process whose log somebody else has set up is left alone.

    On a terminal nothing is withheld: nobody keeps what stands there.
    """
    root = logging.getLogger()
    if any(each.name != _MARK for each in root.handlers):
        return
    for each in tuple(root.handlers):
        root.removeHandler(each)
        each.close()
    root.addHandler(_handler(sys.stderr, style, personal=personal))
    if verbose:
        root.setLevel(logging.INFO)
    for name, level in NOISY.items():
        logging.getLogger(name).setLevel(level)
    sys.excepthook = _ended
    threading.excepthook = _thread_ended


def _handler(stream: IO[str], style: str, *, personal: bool) -> logging.Handler:
    handler: logging.Handler
    if style == "auto" and leads_to_journal(stream):
        handler = JournalHandler(personal=personal)
    else:
        handler = logging.StreamHandler(stream)
        personal = personal or stream.isatty()
        handler.setFormatter((AsJson if style == "json" else ForPeople)(personal=personal))
    handler.name = _MARK
    return handler


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an error that ends the program: Python itself would print all of its text."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("this is a fault in Ostiary, and its end.", exc_info=(kind, error, trace))


def _thread_ended(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is None or issubclass(arguments.exc_type, SystemExit):
        return
    name = "a thread" if arguments.thread is None else arguments.thread.name
    log.critical(
        "%s has ended by a fault in Ostiary.",
        name,
        exc_info=(arguments.exc_type, arguments.exc_value, arguments.exc_traceback),
    )
