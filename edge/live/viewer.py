"""The pages' side: says that somebody looks, and reads what the door shows."""

from __future__ import annotations

from edge.errors import LiveError
from edge.live.folder import PICTURE, STATE, VIEWER, LiveFolder
from edge.live.state import DoorState


class Viewer:
    """Looks at a door through *folder*."""

    def __init__(self, folder: LiveFolder) -> None:
        self._folder = folder

    def look(self) -> bool:
        """Say that somebody looks, for a few seconds; False if there is no door to look through."""
        try:
            self._folder.check()
            self._folder.write(VIEWER, b"")
        except (LiveError, OSError):
            return False
        return True

    def picture(self) -> bytes | None:
        """Return what the door sees, as a JPEG, or None where it shows nothing fresh."""
        return self._folder.read(PICTURE)

    def state(self) -> DoorState | None:
        """Return how the door is, or None where it says nothing fresh."""
        content = self._folder.read(STATE)
        if content is None:
            return None
        try:
            return DoorState.from_bytes(content)
        except ValueError:
            return None
