"""What a door leaves out, it makes up for: in time, and before anything is decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.audit import EventKind
from edge.demonstration.attacker import with_noise
from edge.domain import Decision, Embedding, Face, Frame, Outcome, Pixels, Reason
from edge.door.effort import EffortPolicy
from edge.door.guard import Guarded
from edge.door.stillness import Stillness
from edge.door.watch import PresentationPolicy, Question
from edge.door.watching import Look, Watching
from edge.errors import CameraError, EndOfFootageError
from edge.vision.recognizer import Recognizer
from tests.edge.door import approaches
from tests.edge.door.approaches import GRANT
from tests.edge.door.test_loop import House
from tests.edge.door.test_stillness import mixed

FPS = 30
EFFORT = EffortPolicy()
POLICY = PresentationPolicy()
ADA, BEN, NOBODY = 1, 2, 0
NOT_LIVE = Decision(Outcome.DENY, Reason.NOT_LIVE, 99.9, 99.0, "ada")
SLACK = 1 / FPS + 1e-6
"""Between two frames nothing can be seen."""


class Film:
    """A camera of thirty frames a second that shows what it is given; an error is raised."""

    name = "film"

    def __init__(self, shots: Sequence[Pixels | Exception]) -> None:
        self._shots = list(shots)
        self._count = 0

    def read(self, timeout: float) -> Frame | None:
        shot = self._shots[self._count]
        self._count += 1
        if isinstance(shot, Exception):
            raise shot
        return Frame(shot, datetime.now(UTC), 1000 + self._count / FPS, self._count)

    def close(self) -> None: ...


class Counting:
    """The real recognizer, and how often it was asked for what."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.searched = self.followed = self.embedded = 0

    def largest(self, pixels: Pixels) -> Face | None:
        self.searched += 1
        return self._recognizer.largest(pixels)

    def follow(self, pixels: Pixels, face: Face) -> Face | None:
        self.followed += 1
        return self._recognizer.follow(pixels, face)

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        self.embedded += 1
        return self._recognizer.embed(pixels, face)


class Credulous:
    """Sees who is named in a frame's first pixel, but follows whoever was there for ever."""

    def __init__(self) -> None:
        self.searches: list[int] = []
        self._count = 0

    def largest(self, pixels: Pixels) -> Face | None:
        self.searches.append(int(pixels[0, 0, 1]))
        return approaches.face() if pixels[0, 0, 0] != NOBODY else None

    def follow(self, pixels: Pixels, face: Face) -> Face | None:
        return face

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        self._count += 1
        return approaches.embedding(int(pixels[0, 0, 0]), self._count)


def frame_of(who: int, number: int = 0) -> Pixels:
    """Return a frame that names who is in it, and its number."""
    return np.full((32, 32, 3), (who, number % 256, 0), np.uint8)


def watching(
    shots: Sequence[Pixels | Exception],
    reader: Counting | Credulous,
    effort: EffortPolicy = EFFORT,
) -> Watching:
    """Watch *shots* through *reader*."""
    return Watching(camera=Film(shots), recognizer=reader, policy=POLICY, effort=effort)


def watched(
    watch: Watching, frames: int, answer: Decision = NOT_LIVE
) -> tuple[list[Look], list[tuple[int, Decision]]]:
    """Look at *frames* and answer as a door does; return the looks, and when what was decided."""
    looks: list[Look] = []
    decided: list[tuple[int, Decision]] = []
    for number in range(frames):
        look = watch.look()
        assert look is not None
        looks.append(look)
        if isinstance(look.follows, Question):
            final = answer.granted or look.follows.final
            if final and not watch.assured(look):
                continue
            watch.conclude(look.follows, answer, look.frame)
            if final:
                decided.append((number, answer))
    return looks, decided


@pytest.fixture
def hall(coffee: Pixels) -> Pixels:
    """Show nobody, in 640×480."""
    return cv2.resize(coffee, (640, 480), interpolation=cv2.INTER_AREA).astype(np.uint8)


def shown(scene: Pixels, picture: Pixels, *, left: int, top: int, width: int) -> Pixels:
    """Put *picture* before *scene*."""
    height = round(picture.shape[0] * width / picture.shape[1])
    scaled = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    frame = scene.copy()
    bottom, right = min(top + height, 480), min(left + width, 640)
    frame[top:bottom, left:right] = scaled[: bottom - top, : right - left]
    return frame


def test_whoever_stays_is_followed_and_now_and_then_searched(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """Of three seconds a fifth of the frames is searched; he stays one approach, always in view."""
    reader = Counting(recognizer)
    looks, _ = watched(watching(carphone[:90], reader), 90)

    assert all(look.face is not None for look in looks)
    assert reader.searched < 25
    assert reader.embedded <= reader.searched
    assert sum(look.followed for look in looks) > 60


def test_nothing_is_left_out_where_nothing_is_to_be(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """Without following, every frame is searched and embedded."""
    reader = Counting(recognizer)
    watched(watching(carphone[:10], reader, EffortPolicy(follow=False, gate=False)), 10)

    assert (reader.searched, reader.followed, reader.embedded) == (10, 0, 10)


def test_somebody_nearer_is_seen_in_time(
    recognizer: Recognizer, hall: Pixels, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """She steps in beside him, larger; within the interval she is whom the door looks at."""
    her = astronaut[20:320, 60:360]
    alone = [shown(hall, man, left=0, top=200, width=160) for man in carphone[60:75]]
    both = [shown(frame, her, left=200, top=40, width=440) for frame in alone]
    looks, _ = watched(watching([*alone, *both], Counting(recognizer)), 30)

    faces = [look.face for look in looks]
    noticed = next(
        number for number, face in enumerate(faces) if face is not None and face.box.centre[0] > 200
    )
    assert 0 <= noticed - 15 <= EFFORT.search_every * FPS + 1
    assert all(face is not None and face.box.centre[0] > 200 for face in faces[noticed:])


def test_whoever_takes_the_place_of_one_let_in_is_another(
    recognizer: Recognizer, hall: Pixels, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """He was let in; she steps where he stood, and has to convince for herself."""
    man = [shown(hall, frame, left=56, top=24, width=528) for frame in carphone[60:80]]
    her = [shown(hall, astronaut[20:320, 60:360], left=100, top=20, width=440)] * 20
    watch = watching([*man, *her], Counting(recognizer))
    _, decided = watched(watch, 20, GRANT)
    assert len(decided) == 1
    assert watch.approach is None

    watched(watch, 9)

    assert watch.approach == 2


def test_no_grant_rests_on_what_a_follower_believes() -> None:
    """It believes that Ada is still there; Ben is. What would let her in is void, and he begins anew."""
    reader = Credulous()
    watch = watching([*[frame_of(ADA)] * 5, *[frame_of(BEN)] * 3], reader)
    watched(watch, 5, NOT_LIVE)
    look = watch.look()
    assert look is not None
    assert look.followed
    assert isinstance(look.follows, Question)
    assert watch.approach == 1

    assert not watch.assured(look)

    assert watch.approach == 2


def test_a_question_is_void_if_nobody_is_there_any_more() -> None:
    """The follower sees Ada in an empty picture; a search does not."""
    watch = watching([*[frame_of(ADA)] * 5, frame_of(NOBODY)], Credulous())
    watched(watch, 5, NOT_LIVE)
    look = watch.look()
    assert look is not None
    assert isinstance(look.follows, Question)

    assert not watch.assured(look)


@given(
    st.lists(st.tuples(st.sampled_from((NOBODY, ADA, BEN)), st.integers(1, 25)), max_size=8),
    st.sampled_from((GRANT, NOT_LIVE, approaches.DENIAL)),
)
def test_however_people_change_decisions_are_about_who_is_there(
    stays: list[tuple[int, int]], answer: Decision
) -> None:
    """Even with a follower that believes everything, who is decided on is in that very frame.

    And nobody goes unsearched for longer than is allowed.
    """
    people = [who for who, frames in stays for _ in range(frames)]
    reader = Credulous()
    watch = watching([frame_of(who, n) for n, who in enumerate(people)], reader)
    evidence: dict[int, Embedding] = {}
    decided: list[int] = []
    for number in range(len(people)):
        look = watch.look()
        assert look is not None
        if isinstance(look.follows, Question):
            final = answer.granted or look.follows.final
            if final and not watch.assured(look):
                continue
            if final and look.follows.evidence.embedding is not None:
                evidence[number] = look.follows.evidence.embedding
                decided.append(number)
            watch.conclude(look.follows, answer, look.frame)

    for number in decided:
        assert people[number] != NOBODY
        assert evidence[number].cosine(approaches.embedding(people[number], 999)) > 0.5
    longest = max(EFFORT.search_every, EFFORT.search_idle) * FPS + 1
    searched = [0, *reader.searches, len(people)]
    assert all(later - sooner <= longest for sooner, later in pairwise(searched))


def test_an_empty_scene_is_left_alone(recognizer: Recognizer, hall: Pixels) -> None:
    """Of three seconds in which only the sensor's noise changes, one frame in nine is searched."""
    draw = np.random.default_rng(0)
    reader = Counting(recognizer)
    looks, _ = watched(watching([with_noise(hall, draw) for _ in range(90)], reader), 90)

    assert all(look.face is None for look in looks)
    assert 90 / (EFFORT.search_idle * FPS + 1) <= reader.searched <= 12


def test_the_gate_cannot_hide_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it swears that nothing ever moves, whoever comes is searched for in time."""
    monkeypatch.setattr(Stillness, "unchanged", lambda *_: True)
    for comes in range(1, 40):
        shots = [frame_of(NOBODY)] * comes + [frame_of(ADA)] * 20
        looks, _ = watched(watching(shots, Credulous()), len(shots))
        first = next(number for number, look in enumerate(looks) if look.face is not None)
        assert (first - comes) / FPS <= EFFORT.search_idle + SLACK


def dissolved(hall: Pixels, portrait: Pixels) -> list[Pixels]:
    """Fade somebody in over five seconds."""
    there = shown(hall, portrait, left=100, top=20, width=440)
    draw = np.random.default_rng(1)
    return [with_noise(mixed(there, hall, step / 150), draw) for step in range(150)]


def standing(hall: Pixels, portrait: Pixels) -> list[Pixels]:
    """Show somebody from the first frame on, who does not move at all."""
    return [shown(hall, portrait, left=100, top=20, width=440)] * 60


def flickering(hall: Pixels, portrait: Pixels) -> list[Pixels]:
    """Let the light jump up and down, and then somebody come."""
    restless = [(hall * (1.0 if n % 2 else 0.7)).astype(np.uint8) for n in range(60)]
    return [*restless, *[shown(hall, portrait, left=100, top=20, width=440)] * 30]


def in_the_dark(hall: Pixels, portrait: Pixels) -> list[Pixels]:
    """Show nobody and then somebody, in a tenth of the light, with grain."""
    draw = np.random.default_rng(2)
    lit = [hall] * 45 + [shown(hall, portrait, left=100, top=20, width=440)] * 30
    return [
        np.clip(pixels * 0.15 + draw.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8)
        for pixels in lit
    ]


@pytest.mark.parametrize("film", [dissolved, standing, flickering, in_the_dark])
def test_whoever_a_search_would_find_is_found_in_time(
    recognizer: Recognizer,
    hall: Pixels,
    astronaut: Pixels,
    film: Callable[[Pixels, Pixels], list[Pixels]],
) -> None:
    """Slowly, from the start, in restless light, in the dark: no later than the interval allows."""
    shots = film(hall, astronaut[20:320, 60:360])
    all_searched, _ = watched(
        watching(shots, Counting(recognizer), EffortPolicy(follow=False, gate=False)), len(shots)
    )
    looks, _ = watched(watching(shots, Counting(recognizer)), len(shots))

    at_all = [number for number, look in enumerate(all_searched) if look.face is not None]
    seen = [number for number, look in enumerate(looks) if look.face is not None]
    assert at_all
    assert 0 <= seen[0] - at_all[0] <= EFFORT.search_idle * FPS + 1
    assert len(seen) >= len(at_all) - EFFORT.search_idle * FPS - 1


def test_after_a_lost_camera_the_first_frame_is_searched(
    recognizer: Recognizer, hall: Pixels, astronaut: Pixels
) -> None:
    """What was known of the scene is from before; somebody may have come meanwhile."""
    her = shown(hall, astronaut, left=100, top=20, width=440)
    watch = watching([*[hall] * 5, CameraError("lost"), her], Counting(recognizer))
    watched(watch, 5)
    with pytest.raises(CameraError):
        watch.look()
    watch.forget()

    look = watch.look()

    assert look is not None
    assert look.face is not None


class Convinced:
    """A guard that takes every face for alive after some frames."""

    def __init__(self, after: int) -> None:
        self._left = after

    def confirm(self, *_: object, **__: object) -> Guarded:
        self._left -= 1
        return Guarded(None if self._left < 0 else Reason.NOT_LIVE, final=self._left < 0)

    def absent(self, now: float) -> None: ...

    def end(self) -> None: ...


def test_a_stranger_who_steps_in_while_the_man_proves_himself_stays_outside(
    house: House, carphone: list[Pixels], astronaut: Pixels
) -> None:
    """The whole door, with a follower that believes everything: a living stranger is not the man."""

    class Believing(Counting):
        def follow(self, pixels: Pixels, face: Face) -> Face | None:
            self.followed += 1
            return face

    reader = Believing(house.core.recognizer)
    man = [cv2.resize(frame, (640, 524)).astype(np.uint8) for frame in carphone[60:66]]
    her = cv2.resize(astronaut[20:320, 60:360], (640, 524)).astype(np.uint8)
    shots = [*man, *[her] * 4]
    house.watch([], camera=Ended(shots), recognizer=reader, guard=Convinced(after=5))

    assert reader.followed > 3
    assert house.releases == 0
    assert not [event for event in house.events(EventKind.DECISION) if event.outcome == "grant"]


class Ended(Film):
    """A film after whose last frame the footage ends."""

    def read(self, timeout: float) -> Frame | None:
        if self._count == len(self._shots):
            raise EndOfFootageError("all is shown")
        return super().read(timeout)
