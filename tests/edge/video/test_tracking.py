"""Who is who in a video: rules that hold whoever walks through it, and the cases that are hard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Box, Embedding, ModelId, fuse, normalized
from edge.video.tracking import Seen, TrackingPolicy, Tracks, follow

MODEL = ModelId("test", "0")
POLICY = TrackingPolicy(same_cosine=0.373, continuing_cosine=0.305)
HERE, THERE = Box(10, 10, 50, 50), Box(300, 10, 50, 50)


def looks(person: int, shade: int = 0) -> Embedding:
    """Return a vector of *person*: people are strangers (cosine 0), shades of one are 0.8 alike."""
    vector = np.zeros(64, np.float32)
    vector[person] = 1
    if shade:
        vector[32 + (7 * person + shade) % 32] = 0.75  # no two people share one
    return normalized(vector, MODEL)


def between(cosine: float) -> Embedding:
    """Return a vector that is alike to person 0 by *cosine*."""
    vector = np.zeros(64, np.float32)
    vector[0], vector[40] = cosine, np.sqrt(1 - cosine * cosine)
    return normalized(vector, MODEL)


def walk(*frames: list[Seen], step: int = 200) -> tuple[Tracks, list[tuple[int, ...]]]:
    """Return what becomes of *frames*, *step* milliseconds apart."""
    tracks, seen = Tracks(), []
    for number, frame in enumerate(frames):
        tracks, indices = follow(tracks, frame, number * step, POLICY)
        seen.append(indices)
    return tracks, [tuple(tracks.person(index) for index in indices) for indices in seen]


def test_a_face_that_moves_stays_the_same_person() -> None:
    """Wherever it goes: what it looks like tells."""
    _, persons = walk([Seen(HERE, looks(0))], [Seen(THERE, looks(0, 1))], [Seen(HERE, looks(0, 2))])

    assert persons == [(0,), (0,), (0,)]


def test_somebody_who_leaves_and_comes_back_is_who_she_was() -> None:
    """After any time, and whoever was in her place meanwhile."""
    empty: list[Seen] = []
    _, persons = walk(
        [Seen(HERE, looks(0))],
        *[empty] * 500,
        [Seen(HERE, looks(1))],
        *[empty] * 500,
        [Seen(HERE, looks(0, 1))],
    )

    assert [each for each in persons if each] == [(0,), (1,), (0,)]


def test_another_face_in_the_same_place_after_a_cut_is_somebody_else() -> None:
    """A place alone is nobody's."""
    _, persons = walk([Seen(HERE, looks(0))], [Seen(HERE, looks(1))])

    assert persons == [(0,), (1,)]


def test_a_turned_head_in_its_place_is_less_alike_and_the_same() -> None:
    """There, a cosine suffices that would not anywhere else."""
    _, in_place = walk([Seen(HERE, looks(0))], [Seen(HERE, between(0.33))])
    _, elsewhere = walk([Seen(HERE, looks(0))], [Seen(THERE, between(0.33))])

    assert in_place == [(0,), (0,)]
    assert elsewhere == [(0,), (1,)]


def test_two_who_change_places_are_not_mixed_up() -> None:
    """Looks go before places."""
    _, persons = walk(
        [Seen(HERE, looks(0)), Seen(THERE, looks(1))],
        [Seen(HERE, looks(1)), Seen(THERE, looks(0))],
    )

    assert persons == [(0, 1), (1, 0)]


def test_a_poor_face_is_followed_by_its_place_for_a_second() -> None:
    """Longer than that, anybody could have come."""
    soon = [Seen(HERE, looks(0))], [Seen(HERE, None)], [Seen(HERE, looks(0))]
    _, persons = walk(*soon)
    assert persons == [(0,), (0,), (0,)]

    _, later = walk([Seen(HERE, looks(0))], [Seen(HERE, None)], step=1200)
    assert later == [(0,), (1,)]


def test_a_poor_face_that_turns_out_to_be_somebody_known_becomes_her() -> None:
    """From the first moment it was seen."""
    empty: list[Seen] = []
    tracks, persons = walk(
        [Seen(HERE, looks(0))],
        *[empty] * 20,
        [Seen(THERE, None)],
        [Seen(THERE, None)],
        [Seen(THERE, looks(0, 1))],
    )

    assert [each for each in persons if each] == [(0,), (0,), (0,), (0,)]
    assert [track.index for track in tracks.tracks] == [0]


def test_a_poor_face_beside_somebody_is_not_she() -> None:
    """Who was seen side by side with her is another, also when she comes to stand there."""
    _, persons = walk(
        [Seen(HERE, looks(0)), Seen(THERE, None)],
        [Seen(THERE, None)],
        [Seen(THERE, looks(0))],
    )

    assert persons[0] == (0, 1)
    assert persons[2] == (0,)


def test_all_good_frames_of_a_person_are_fused() -> None:
    """By their weights, as at a door."""
    shades = [looks(0, shade) for shade in range(4)]
    weights = [0.2, 0.9, 0.5, 1.0]
    tracks, _ = walk(
        *[[Seen(HERE, each, weight)] for each, weight in zip(shades, weights, strict=True)]
    )

    (track,) = tracks.tracks
    fused = fuse(shades, weights)
    assert track.embedding is not None
    assert track.embedding.coherence == pytest.approx(fused.coherence, abs=1e-6)
    assert track.embedding.vector == pytest.approx(fused.vector, abs=1e-6)


BOXES = st.builds(
    Box, st.integers(0, 600), st.integers(0, 400), st.integers(20, 200), st.integers(20, 200)
)
FACES = st.builds(
    Seen,
    BOXES,
    st.none() | st.builds(looks, st.integers(0, 4), st.integers(0, 5)),
    st.floats(0, 1),
)
VIDEOS = st.lists(st.lists(FACES, max_size=5), max_size=12)


@given(video=VIDEOS, step=st.sampled_from([40, 200, 1500]))
def test_no_two_faces_of_a_frame_are_one_person(video: list[list[Seen]], step: int) -> None:
    """Also with what is known in the end."""
    _, persons = walk(*video, step=step)

    assert [len(each) for each in persons] == [len(frame) for frame in video]
    assert all(len(set(each)) == len(each) for each in persons)


@given(video=VIDEOS)
def test_a_persons_good_frames_are_all_alike(video: list[list[Seen]]) -> None:
    """Strangers are never one person, whatever their places were."""
    tracks, persons = walk(*video)

    who: dict[int, set[int]] = {}
    for frame, indices in zip(video, persons, strict=True):
        for seen, index in zip(frame, indices, strict=True):
            if seen.embedding is not None:
                who.setdefault(index, set()).add(int(np.argmax(seen.embedding.vector[:32])))
    assert all(len(people) == 1 for people in who.values())
    assert {track.index for track in tracks.tracks} >= set(who)


@given(shown=st.lists(st.sets(st.integers(0, 4)), max_size=15))
def test_people_of_whom_every_frame_is_good_keep_their_number(shown: list[set[int]]) -> None:
    """However often they come and go."""
    video = [[Seen(HERE, looks(person)) for person in sorted(people)] for people in shown]

    _, persons = walk(*video, step=5000)

    numbers: dict[int, int] = {}
    for people, indices in zip(shown, persons, strict=True):
        for person, index in zip(sorted(people), indices, strict=True):
            assert numbers.setdefault(person, index) == index
