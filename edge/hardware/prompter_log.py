"""A prompter for doors without a display: it writes what is asked for to the log."""

from __future__ import annotations

import logging

from edge.domain import Prompt

log = logging.getLogger(__name__)

WORDS: dict[Prompt, str] = {
    Prompt.LOOK_STRAIGHT: "Look straight at the camera",
    Prompt.TURN_LEFT: "Turn your head to your left",
    Prompt.TURN_RIGHT: "Turn your head to your right",
    Prompt.LOOK_UP: "Look up",
    Prompt.BLINK: "Blink",
    Prompt.COME_CLOSER: "Come closer",
}
"""What is said; left and right are the person's own."""


class LogPrompter:
    """Says every prompt once."""

    def prompt(self, prompt: Prompt | None) -> None:
        """Log what is asked for."""
        if prompt is not None:
            log.info("asked at the door: %s", WORDS[prompt])
