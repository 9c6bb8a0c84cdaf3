"""A prompter for doors without a display: it writes what is asked for to the log."""

from __future__ import annotations

import logging

from edge.domain import Prompt

log = logging.getLogger(__name__)


class LogPrompter:
    """Says every prompt once."""

    def prompt(self, prompt: Prompt | None) -> None:
        """Log what is asked for."""
        if prompt is not None:
            # As loud as a warning, because nothing lower is logged unless it is asked for.
            log.warning("asked at the door: %s", prompt.words)
