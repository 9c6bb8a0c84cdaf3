"""Lines from a test or from a named pipe: how a fake device is told what to play.

Both ways go through one pipe, so a test tries what a person tries.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from edge.errors import HardwareError

LONGEST_LINE = 100
"""Characters that a command may have; what is longer is cut off, so that no line costs memory."""


class CommandPipe:
    """Reads whole lines from *path*, which is made for this user alone if it does not exist.

    Without *path* it is heard by this process only. *whose* and *setting* are for messages: the
    device, and what names the pipe.

    :raises HardwareError: of the class *refusal*, if the pipe cannot be made or is none.
    """

    def __init__(
        self, path: Path | None, *, whose: str, setting: str, refusal: type[HardwareError]
    ) -> None:
        if path is None:
            self._reader, self._writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        else:
            # Open in both directions, it has no end when a writer leaves.
            self._reader = self._writer = _opened(path, whose, setting, refusal)
        self._rest = b""

    @property
    def descriptor(self) -> int:
        """What becomes readable when there are lines."""
        return self._reader

    def write(self, line: str) -> None:
        """Add *line*, from any thread."""
        # One write of less than PIPE_BUF is one piece, whoever else writes: pipe(7).
        os.write(self._writer, f"{line}\n".encode())

    def lines(self) -> tuple[str, ...]:
        """Return the whole lines that are there, without blanks around them; never waits."""
        try:
            piece = os.read(self._reader, 4096)
        except BlockingIOError:
            return ()
        *lines, rest = (self._rest + piece).split(b"\n")
        self._rest = rest[: LONGEST_LINE + 1]
        return tuple(line[: LONGEST_LINE + 1].decode(errors="replace").strip() for line in lines)

    def close(self) -> None:
        """Give the pipe back; to be called once."""
        for end in {self._reader, self._writer}:
            os.close(end)


def _opened(path: Path, whose: str, setting: str, refusal: type[HardwareError]) -> int:
    try:
        if not path.exists():
            os.mkfifo(path, 0o600)
        end = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise refusal(
            f"the pipe {path} of the {whose} cannot be had: {error.strerror}.",
            remedy=f"Set {setting} to a place that this user may write to.",
        ) from error
    if not stat.S_ISFIFO(os.fstat(end).st_mode):
        os.close(end)
        raise refusal(
            f"{path} is no named pipe.", remedy=f"Remove it, or set {setting} to another place."
        )
    return end
