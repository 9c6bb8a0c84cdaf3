from __future__ import annotations

import pytest

from edge.domain import Points
from edge.door.liveness import UNDECIDED, Cue, Judgement, Life, LivenessPolicy, Mode, judge
from tests.edge.door.heads import Look, film

AUTO, PASSIVE = LivenessPolicy(), LivenessPolicy(mode=Mode.PASSIVE)


def turning(at: float) -> Look:
    """Look from side to side, as somebody does who looks for the handle."""
    return Look(yaw=20 * ((at * 0.8) % 2 - 1))


def blinking(at: float) -> Look:
    """Move a little, and blink."""
    return Look(yaw=4 * ((at * 0.8) % 2 - 1), closed=1.0 <= at < 1.2)


def nearly_still(at: float) -> Look:
    """Move a little."""
    return Look(yaw=4 * ((at * 0.8) % 2 - 1))


def test_nothing_proves_nothing(mesh: Points) -> None:
    """No sample, a few of them, or many within a moment are no evidence."""
    assert judge((), AUTO) == UNDECIDED
    assert judge(film(mesh, turning, seconds=0.5, texture=9), AUTO) == UNDECIDED


def test_depth_is_enough_only_where_nobody_fears_videos(mesh: Points) -> None:
    """Without the network, passive believes a head that turns; auto asks it to move."""
    head = film(mesh, turning, seconds=3)
    assert judge(head, PASSIVE).life is Life.LIVE
    assert judge(head, AUTO).life is Life.UNDECIDED


def test_depth_and_texture_convince_together(mesh: Points) -> None:
    """A head that turns needs no more than a texture without a clear opinion."""
    assert judge(film(mesh, turning, seconds=3, texture=0.0), AUTO).life is Life.LIVE
    assert judge(film(mesh, turning, seconds=3, texture=-2.0), AUTO).life is Life.UNDECIDED


@pytest.mark.parametrize("mode", list(Mode))
def test_a_texture_that_is_a_pictures_outweighs_any_movement(mesh: Points, mode: Mode) -> None:
    """So a video of somebody who turns her head is denied."""
    judged = judge(film(mesh, turning, seconds=3, texture=-6), LivenessPolicy(mode=mode))
    assert judged == Judgement(Life.NOT_LIVE, (Cue.TEXTURE,))


def test_texture_alone_convinces_nobody(mesh: Points) -> None:
    """Whoever neither turns nor blinks may be a very good print."""
    still = judge(film(mesh, lambda _: Look(), seconds=3, texture=9), AUTO)
    assert still == Judgement(Life.UNDECIDED, (Cue.STILL,))
    moved = judge(film(mesh, nearly_still, seconds=3, texture=9), AUTO)
    assert moved == Judgement(Life.UNDECIDED, (Cue.FLAT,))


def test_a_blink_stands_in_for_a_turn_where_the_texture_is_sure(mesh: Points) -> None:
    """But not without the network: paper with holes for the eyes blinks, too."""
    assert judge(film(mesh, blinking, seconds=3, texture=6), AUTO).life is Life.LIVE
    assert judge(film(mesh, blinking, seconds=3, texture=1), AUTO).life is Life.UNDECIDED
    assert judge(film(mesh, blinking, seconds=3), PASSIVE).life is Life.UNDECIDED


def test_what_was_long_ago_is_forgotten(mesh: Points) -> None:
    """Somebody who turned her head and left a photo in her place is not believed for it."""
    person = film(mesh, turning, seconds=3)
    photo = film(mesh, lambda _: Look(), seconds=4, begin=3.0)
    assert judge(person, PASSIVE).life is Life.LIVE
    assert judge([*person, *photo], PASSIVE).life is Life.UNDECIDED
