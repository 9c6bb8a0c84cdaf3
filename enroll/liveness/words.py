"""What the page says: one plain sentence for everything that somebody is asked to do.

Left and right are the person's own. Lazy: said in the language of the request that asks.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from edge.domain import Prompt
from enroll.kiosk import words
from enroll.kiosk.guide import Instruction

SAID: Mapping[Prompt, LazyString] = {
    Prompt.LOOK_STRAIGHT: _("Look straight at the camera"),
    Prompt.TURN_LEFT: _("Turn your head to your left"),
    Prompt.TURN_RIGHT: _("Turn your head to your right"),
    Prompt.LOOK_UP: _("Raise your chin"),
    Prompt.BLINK: _("Blink"),
    Prompt.COME_CLOSER: _("Come closer"),
}


def words_for(said: Prompt | Instruction) -> str:
    """Return *said* in the language of this request."""
    return str(SAID[said] if isinstance(said, Prompt) else words.SAID[said])


def hint_for(said: Prompt | Instruction) -> str:
    """Return the name of the arrow that shows *said*, where there is one."""
    return said.value.lower().replace("_", "-")
