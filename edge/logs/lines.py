"""Lines of the log for people, and for whatever collects them without a journal."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from edge.logs.rendering import rendered


class ForPeople(logging.Formatter):
    """Writes ``WARNING edge.door.loop: the door works again``."""

    def __init__(self, *, personal: bool) -> None:
        super().__init__()
        self._personal = personal

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, or several with a trace."""
        return f"{record.levelname} {record.name}: {rendered(record, personal=self._personal)}"


class AsJson(logging.Formatter):
    """Writes one object a line; times in UTC."""

    def __init__(self, *, personal: bool) -> None:
        super().__init__()
        self._personal = personal

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        text = rendered(record, personal=self._personal)
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": text.message,
            "file": f"{record.filename}:{record.lineno}",
            "thread": record.threadName,
        }
        if text.error is not None:
            told |= {"error": text.error, "trace": text.trace}
        return json.dumps(told, ensure_ascii=False)
