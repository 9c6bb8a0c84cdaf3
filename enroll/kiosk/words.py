"""What the kiosk says, in words: one plain sentence for every instruction.

Left and right are the person's own. Lazy: said in the language of the request that asks.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from enroll.kiosk.guide import Instruction

SAID: Mapping[Instruction, LazyString] = {
    Instruction.LOOK_AT_CAMERA: _("Look at the camera"),
    Instruction.ONE_PERSON: _("Only one person, please"),
    Instruction.SAME_PERSON: _("Somebody else is in the picture"),
    Instruction.COME_CLOSER: _("Come closer"),
    Instruction.MOVE_BACK: _("Move back a little"),
    Instruction.CENTRE: _("Move to the middle of the picture"),
    Instruction.MORE_LIGHT: _("It is too dark: more light, please"),
    Instruction.LESS_LIGHT: _("Your face is too bright: less light, please"),
    Instruction.UNCOVER: _("Uncover your face: take off sunglasses or a mask"),
    Instruction.HOLD_STILL: _("Hold still"),
    Instruction.LOOK_STRAIGHT: _("Look straight at the camera"),
    Instruction.TURN_LEFT: _("Turn your head a little to your left"),
    Instruction.TURN_RIGHT: _("Turn your head a little to your right"),
    Instruction.LOOK_UP: _("Raise your chin a little"),
    Instruction.LOOK_DOWN: _("Lower your chin a little"),
    Instruction.DONE: _("Thank you, that is all"),
}
