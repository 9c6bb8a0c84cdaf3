"""The door on a terminal: a table of decisions that grows, and what is seen at the moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from edge.access.attempt_state import Ask
from edge.commands.console import out, percent
from edge.domain import Decision, Evidence, Face, Frame, Prompt

GREEN, RED = "bold green", "bold red"


class LiveScreen:
    """Shows decisions as they are made; line by line where the output is no terminal.

    *name_of* turns a person id into a name. Use it as a context.
    """

    def __init__(self, *, name_of: Callable[[str], str], console: Console | None = None) -> None:
        self._name_of = name_of
        self._console = console or out()
        self._table = Table("Time", "Before the door", "Who", "Similarity", "Needed", "Lock", "Why")
        self._status = Text("")
        self._scene = ""
        self._live = (
            Live(console=self._console, refresh_per_second=8) if self._console.is_terminal else None
        )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._status = Text("")
            self._draw()
            self._live.stop()

    def say(self, text: str) -> None:
        """Print a line above the table."""
        self._console.print(text)

    def began(self, scene: str) -> None:
        """Tell what stands before the door from now on, where that is known."""
        self._scene = scene

    def happened(self, what: str) -> None:
        """Tell what was done at the door, or what became of it."""
        self.say(f"  [dim]{what}[/]")

    def looked(self, frame: Frame, face: Face | None) -> None:
        """Show what is seen in a frame."""
        seen = "no face"
        if face is not None:
            reasons = ", ".join(face.quality.reasons).lower().replace("_", " ")
            seen = f"a face of {face.quality.size:.0f} px, {reasons or 'good'}"
        self._status = Text(f"frame {frame.sequence}: {seen}", style="dim")
        self._draw()

    def prompt(self, prompt: Prompt | None) -> None:
        """Tell the person before the camera what to do."""
        if prompt is not None:
            self.say(f"[bold]Please: {prompt.words.lower()}.[/]")

    def asked(self, ask: Ask) -> None:
        """Tell what else the person at the door is asked for."""
        self.say(f"[bold]Please: {', '.join((*ask.all_of, *ask.one_of))}.[/]")

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:
        """Add a decision to the table."""
        who = self._name_of(decision.person_id) if decision.person_id else "–"
        fused = f", {evidence.frames} frames" if evidence is not None else ""
        row = (
            f"{at.astimezone():%H:%M:%S}",
            self._scene or "–",
            who,
            percent(decision.similarity),
            f"> {percent(decision.threshold)}",
            "UNLOCKED" if decision.granted else "locked",
            f"{decision.reason}{fused}",
        )
        if self._live is None:
            self._console.print("  ".join(row))
            return
        style = GREEN if decision.granted else RED
        self._table.add_row(*row[:5], Text(row[5], style=style), row[6])
        self._draw()

    def _draw(self) -> None:
        if self._live is not None:
            self._live.update(Group(self._table, self._status))
