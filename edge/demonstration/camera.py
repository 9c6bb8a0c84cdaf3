"""A camera that plays a script, in real time, as a camera at a door would see it.

On a machine that cannot follow, the film runs slower and what is done at the door with it: at the same
frame, not at the same second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from edge.demonstration.scenes import Act, Scene
from edge.domain import Frame
from edge.errors import EndOfFootageError


class ScriptedCamera:
    """Plays *scenes* at *fps* frames a second.

    *on_scene* is told when a scene begins, *on_act* when so many seconds of it have been shown that
    the time of one of its acts has come.
    """

    name = "demonstration"

    def __init__(
        self,
        scenes: tuple[Scene, ...],
        *,
        fps: int,
        on_scene: Callable[[Scene], None],
        on_act: Callable[[Act], None] = lambda _: None,
    ) -> None:
        self._frames = [(scene, pixels) for scene in scenes for pixels in scene.frames]
        self._period = 1 / fps
        self._on_scene = on_scene
        self._on_act = on_act
        self._acts: list[Act] = []
        self._scene_began = 0
        self._sequence = 0
        self._shown: Scene | None = None
        self._began: float | None = None

    def read(self, timeout: float) -> Frame | None:
        """Return the next frame when its time has come, or None after *timeout* seconds."""
        if self._sequence == len(self._frames):
            raise EndOfFootageError("the demonstration has ended")
        now = time.monotonic()
        if self._began is None:
            self._began = now
        due = self._began + self._sequence * self._period
        if due - now > timeout:
            time.sleep(timeout)
            return None
        time.sleep(max(due - now, 0))
        scene, pixels = self._frames[self._sequence]
        if scene is not self._shown:
            self._shown = scene
            self._acts, self._scene_began = list(scene.acts), self._sequence
            self._on_scene(scene)
        shown = (self._sequence - self._scene_began) * self._period
        while self._acts and shown >= self._acts[0].after:
            self._on_act(self._acts.pop(0))
        frame = Frame(pixels, datetime.now(UTC), time.monotonic(), self._sequence)
        self._sequence += 1
        return frame

    def close(self) -> None:
        """There is no device to give back."""
