"""What the door needs of its devices, as protocols; each adapter has a file of its own.

Nothing outside this package names a device. Fakes ship here, are real implementations with the
same checks, and are used only where the settings name them: nothing ever falls back to a fake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from edge.domain import Frame, InputName, Prompt, Shown, Signal

__all__ = [
    "Camera",
    "CardReader",
    "DoorInputs",
    "InputEdge",
    "InputName",
    "Lock",
    "LockState",
    "Prompter",
    "Signaller",
]


class Camera(Protocol):
    """A source of frames."""

    @property
    def name(self) -> str:
        """What the log calls this camera; never holds a password."""

    def read(self, timeout: float) -> Frame | None:
        """Return the newest frame not yet returned, or None if none came within *timeout* seconds.

        A live camera drops what is older than the newest frame and reconnects by itself.

        :raises CameraError: while the camera is lost; a later call may succeed.
        :raises EndOfFootageError: when a recorded source has played its last frame.
        """

    def close(self) -> None:
        """Give the device back; may be called twice."""


class LockState(StrEnum):
    """States of a lock, in the words of IEC 60839-11-1."""

    SECURED = "secured"
    RELEASED = "released"


class Lock(Protocol):
    """A lock that is secured from the moment its adapter exists.

    The adapter itself secures a lock that nobody secured or released anew for as long as it was
    told to wait at most, whatever becomes of its caller: a door that stays unlocked is one that
    is released again and again.
    """

    @property
    def state(self) -> LockState:
        """What the lock was last told, successfully or not sure: a fault counts as released."""

    def secure(self) -> None:
        """Lock the door; harmless when it is locked.

        :raises LockError: if the device did not take the command.
        """

    def release(self) -> None:
        """Unlock the door until :meth:`secure`, or until the adapter's own time is over.

        Released anew, that time begins anew; the door stays unlocked meanwhile.

        :raises LockError: if the device did not take the command.
        """

    def close(self) -> None:
        """Secure the lock and give the device back; may be called twice."""


class Prompter(Protocol):
    """Something that tells the person at the door what to do: a display, lights, a voice."""

    def prompt(self, prompt: Prompt | None) -> None:
        """Ask for *prompt*, or for nothing any more; called when it changes.

        It keeps its own faults to itself, but for a log line: who cannot be asked is not let in.
        """


class CardReader(Protocol):
    """Something that badges are held to, or PINs are typed into."""

    @property
    def name(self) -> str:
        """What the log and the record call this reader."""

    def read(self, timeout: float) -> Shown | None:
        """Return the oldest credential not yet returned, or None if none came in *timeout* seconds.

        A reader that was lost comes back by itself. What cannot be understood (a wrong parity, half
        a number) is dropped and counted, not raised. No value is ever logged.

        :raises ReaderError: while the reader is lost; a later call may succeed.
        """

    def signal(self, signal: Signal) -> None:
        """Show *signal* by the lights and the buzzer of the reader, until the next.

        Does nothing where it has none. It keeps its own faults to itself, but for a log line: a
        dark light must not keep a door from working.
        """

    def close(self) -> None:
        """Give the device back; may be called twice, and ends a :meth:`read` of another thread."""


@dataclass(frozen=True, slots=True)
class InputEdge:
    """A change of one input.

    *monotonic* is when it happened, in seconds of the clock of :func:`time.monotonic`, by the kernel
    where it tells; otherwise when it was noticed.
    """

    input: InputName
    active: bool
    monotonic: float


class DoorInputs(Protocol):
    """The contacts and buttons of one door, free of bounces. One thread waits; any may wake it."""

    def levels(self) -> Mapping[InputName, bool | None]:
        """Return every input that is wired: active or not, or None while it is lost.

        They are those after the edges that :meth:`wait` returned last; before it was called,
        those at the beginning.
        """

    def wait(self, timeout: float) -> tuple[InputEdge, ...]:
        """Return the changes since the last call, oldest first, waiting *timeout* seconds at most.

        Returns early, perhaps with nothing, when it is woken, and when an input is lost. An
        input that is back is told by an edge, whatever its level. Edges that the kernel lost are made
        up for from the levels, which are read every second.

        :raises InputError: once it is closed.
        """

    def wake(self) -> None:
        """End the :meth:`wait` of another thread now, or the next one; harmless when closed."""

    def close(self) -> None:
        """Give the lines back; may be called twice, and ends a :meth:`wait` of another thread."""


class Signaller(Prompter, Protocol):
    """The lights and the buzzer of a door.

    Prompts are shown over READY and LOOK; every other signal goes before a prompt.
    It keeps its own faults to itself, but for a log line: a dark light must not keep a door from
    working.
    """

    def show(self, signal: Signal) -> None:
        """Show *signal* until the next; returns at once. The same again changes nothing."""

    def close(self) -> None:
        """Switch all off and give the lines back; may be called twice."""


class Panel(Protocol):
    """Somebody else's access control panel, to which the appliance looks like a badge reader.

    The panel decides and drives the lock; the appliance says whose badge it was.
    """

    @property
    def name(self) -> str:
        """What the log and the record call this panel."""

    @property
    def online(self) -> bool:
        """Whether it would take a number now; True where the line cannot tell."""

    def announce(self, number: str) -> bool:
        """Send the badge *number* as a reader would; tell whether the panel was there to take it.

        Waits until it is sent, for two seconds at most. What was not sent by then is forgotten:
        a number that arrives late opens a door that nobody stands before.

        :raises PanelError: if the number cannot be told in the format that the panel expects.
        """

    def tamper(self, *, active: bool) -> None:
        """Tell the panel whether the case is open; does nothing where the line cannot."""

    def close(self) -> None:
        """Give the line back; may be called twice, and ends an :meth:`announce` of another thread."""
