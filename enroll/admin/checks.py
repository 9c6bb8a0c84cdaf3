"""What was last checked at somebody's wish: checking takes seconds, showing must not."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from edge.audit import Audit
from edge.core import Core
from edge.errors import AuditError
from edge.health import CHECKS, Finding, examine


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the audit's chain was found, and when."""

    at: datetime
    whole: bool
    text: str


@dataclass(frozen=True, slots=True)
class HealthState:
    """What the checks of this machine found, and when."""

    at: datetime
    findings: tuple[Finding, ...]


class Checks:
    """Keeps the newest result of each check until the program ends; one check runs at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.chain: ChainState | None = None
        self.health: HealthState | None = None

    def verify(self, audit: Audit, *, now: datetime) -> None:
        """Follow the audit's whole chain."""
        with self._turn:
            try:
                verified = audit.verify()
            except AuditError as error:
                self.chain = ChainState(now, whole=False, text=str(error))
            else:
                self.chain = ChainState(now, whole=True, text=f"{verified.entries:,} events")

    def examine(self, core: Core, *, now: datetime) -> None:
        """Look at everything that needs no camera and no lock."""
        with self._turn:
            self.health = HealthState(now, tuple(examine(check, core) for check in CHECKS))
