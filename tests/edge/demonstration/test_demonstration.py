"""The demonstration shows what was computed, and can fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from edge.demonstration.camera import ScriptedCamera
from edge.demonstration.footage import ASTRONAUT, locate
from edge.demonstration.play import Shown, Summary
from edge.demonstration.scenes import Act, Does, Scene, script
from edge.domain import Decision, Outcome, Pixels, Reason
from edge.errors import CameraError, EndOfFootageError
from edge.vision.recognizer import Recognizer
from tests.edge.commands.conftest import Ostiary, ostiary, site  # noqa: F401 - fixtures


def test_the_man_gets_in_and_nobody_else(ostiary: Ostiary) -> None:  # noqa: F811 - the fixture
    """The whole demonstration: two unlocks for him, and none that the rules do not allow."""
    answer = ostiary("demo", "--json")

    assert answer.status == 0, answer.err
    shown = answer.json
    assert (shown["admitted"], shown["others_admitted"]) == (2, 0)
    granted = [
        each["scene"] for each in shown["decisions"] if each["decision"]["outcome"] == "grant"
    ]
    assert granted == ["the enrolled man", "his face, then his badge"]
    denied = [each["scene"] for each in shown["decisions"] if each["decision"]["outcome"] == "deny"]
    photos = {"his photo, waved", "his photo, held still"}
    late = "both, the man in front, out of hours"
    assert set(denied) == {"a stranger", "both, the stranger in front", late} | photos
    reasons = {
        each["scene"]: each["decision"]["reason"]
        for each in shown["decisions"]
        if each["scene"] in photos | {late}
    }
    assert reasons == dict.fromkeys(photos, "NOT_LIVE") | {late: "OUTSIDE_SCHEDULE"}
    assert (shown["sent_away"], shown["forced"]) == (1, 1)
    assert shown["unmasked"] == 2


def test_an_unlock_that_the_script_does_not_expect_is_told(ostiary: Ostiary) -> None:  # noqa: F811 - the fixture
    """The summary counts at the lock: one release too many is a failure."""
    summary = Summary(person=None, shown=(), frames=0, unlocks=1, verified=None)  # type: ignore[arg-type]

    assert not summary.succeeded
    assert not replace(summary, unlocks=0).succeeded


def test_a_photo_that_is_not_unmasked_is_told() -> None:
    """It must have been taken for him and denied for what it is; to stay locked is not enough."""
    man = SimpleNamespace(person_id="ada")
    scene = Scene("his photo", (), attack=True)
    unseen = Decision(Outcome.DENY, Reason.LOW_QUALITY)
    unmasked = Decision(Outcome.DENY, Reason.NOT_LIVE, 99.9, 99.0, "ada")
    granted = Decision(Outcome.GRANT, Reason.MATCH, 99.9, 99.0, "ada")
    late = Decision(Outcome.DENY, Reason.OUTSIDE_SCHEDULE, 99.9, 99.0, "ada")
    shown = (
        Shown(Scene("he", (), opens=True), granted, None, 1),
        Shown(scene, unseen, None, 2),
        Shown(Scene("he, late", (), out_of_hours=True), late, None, 3),
    )
    summary = Summary(person=man, shown=shown, frames=2, unlocks=1, verified=None, forced=1)  # type: ignore[arg-type]

    assert not summary.succeeded
    right = replace(summary, shown=(*shown, Shown(scene, unmasked, None, 4)))
    assert right.succeeded
    assert not replace(right, forced=0).succeeded
    assert not replace(right, shown=right.shown[:2] + right.shown[3:]).succeeded


def test_scenes_show_what_their_titles_say(recognizer: Recognizer) -> None:
    """Scenes without people have no face; where two stand, the one in front is the largest."""
    for scene in script(fps=4).scenes:
        faces = recognizer.faces(scene.frames[0])
        empty = scene.title.startswith(("nobody", "a cat"))
        expected = 0 if empty else 2 if "both" in scene.title else 1
        assert len(faces) == expected, scene.title


def test_the_scripted_camera_plays_each_frame_once(coffee: Pixels) -> None:
    """In order, in time, and then it ends."""
    began: list[str] = []
    scenes = (Scene("one", (coffee,) * 2), Scene("two", (coffee,)))
    camera = ScriptedCamera(scenes, fps=100, on_scene=lambda scene: began.append(scene.title))

    frames = [camera.read(1.0) for _ in range(3)]

    assert [frame.sequence for frame in frames if frame] == [0, 1, 2]
    assert began == ["one", "two"]
    with pytest.raises(EndOfFootageError):
        camera.read(1.0)


def test_what_is_done_at_the_door_comes_at_the_same_frame_however_slow_the_machine(
    coffee: Pixels,
) -> None:
    """A badge that is shown by the clock would come before the face, where frames are late."""
    done: list[tuple[int, Act]] = []
    sequence = 0
    badge = Act(3.5e-6, Does.BADGE)
    camera = ScriptedCamera(
        (Scene("nobody", (coffee,)), Scene("a badge", (coffee,) * 6, acts=(badge,))),
        fps=1_000_000,  # no machine follows
        on_scene=lambda _: None,
        on_act=lambda act: done.append((sequence, act)),
    )

    for sequence in range(7):  # noqa: B007 - read by on_act
        camera.read(1.0)

    assert done == [(5, badge)]


def test_footage_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    """The digest decides."""
    with pytest.raises(CameraError, match="expected 0000"):
        locate(replace(ASTRONAUT, sha256="0000"))
    with pytest.raises(CameraError, match="missing"):
        locate(replace(ASTRONAUT, distribution="no-such-package"))
