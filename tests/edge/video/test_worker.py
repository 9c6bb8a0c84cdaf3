"""The worker on real videos: what it finds, and what it makes of files that are none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.core import Core
from edge.domain import Pixels
from edge.video.job import Job, Kind, Request, Status
from edge.video.jobs import KEPT, Jobs
from edge.video.results import Results, SortBy
from edge.video.work import Found
from edge.video_worker import only_worker, work
from tests.edge.video.conftest import ASTRONAUT, BUCKET, CLIP, MAN, record

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

Analysed = Callable[[Request], Job]


@pytest.fixture
def analysed(core: Core) -> Analysed:
    """Give a way to have a request carried out by the worker."""

    def analyse(request: Request) -> Job:
        job_id = Jobs(core.video).start(request, token=None, now=NOW)
        work(core, stop=threading.Event(), until_idle=0.5)
        return Jobs(core.video).get(job_id, request.kind)

    return analyse


def detection(name: str = CLIP) -> Request:
    """Ask for the faces of a video."""
    return Request(kind=Kind.DETECTION, bucket=BUCKET, name=name)


def search(collection_id: str) -> Request:
    """Ask who of a collection is in the clip."""
    return Request(kind=Kind.SEARCH, bucket=BUCKET, name=CLIP, collection_id=collection_id)


def test_the_man_is_found_five_times_a_second(core: Core, analysed: Analysed) -> None:
    """Four seconds of video give twenty looks, one face each, in the order of time."""
    job = analysed(detection())

    assert (job.status, job.message) == (Status.SUCCEEDED, None)
    assert job.metadata is not None
    assert (job.metadata.codec, job.metadata.format) == ("h264", "MP4")
    assert (job.metadata.width, job.metadata.height) == (176, 144)
    assert job.metadata.duration_ms == pytest.approx(4004, abs=1)
    found = Results(core.video).page(job.job_id, first=0, limit=100).found
    times = [each.at_ms for each in found]
    assert times[0] == 0
    assert len(times) == 20
    assert times == sorted(times)
    assert all(0 <= at % 200 < 35 for at in times)
    assert all(each.face.confidence > 80 for each in found)
    assert all(len(each.face.points) == 5 for each in found)


def test_everything_that_can_be_told_is_told_if_it_is_asked_for(
    core: Core, analysed: Analysed
) -> None:
    """All thirty points rather than five, and whether eyes and mouth are open."""
    job = analysed(Request(kind=Kind.DETECTION, bucket=BUCKET, name=CLIP, everything=True))

    found = Results(core.video).page(job.job_id, first=0, limit=20).found
    assert len(found[0].face.points) == 30
    assert set(found[0].face.attributes) <= {"EyesOpen", "MouthOpen"}
    assert any(each.face.attributes for each in found)


def test_the_man_is_one_person_and_known_where_he_is_enrolled(
    core: Core, analysed: Analysed, collections: dict[str, str]
) -> None:
    """At every moment he is seen he is the same person, alike to the one face that is his."""
    job = analysed(search(MAN))

    assert job.status is Status.SUCCEEDED
    results = Results(core.video)
    found = results.page(job.job_id, first=0, limit=100).found
    assert {each.person for each in found} == {0}
    (match,) = results.matches(job.job_id, 0)
    assert match.face_id == collections[MAN]
    assert match.similarity > 99


def test_the_man_is_nobody_where_he_is_not_enrolled(
    core: Core, analysed: Analysed, collections: dict[str, str]
) -> None:
    """He is seen, and like nobody."""
    job = analysed(search(ASTRONAUT))

    results = Results(core.video)
    assert len(results.page(job.job_id, first=0, limit=100).found) == 20
    assert results.matches(job.job_id, 0) == ()


def test_pages_join_to_the_whole(core: Core, analysed: Analysed) -> None:
    """Nothing is missing and nothing comes twice, whatever the length of a page."""
    job = analysed(detection())
    results = Results(core.video)
    whole = results.page(job.job_id, first=0, limit=100)
    assert whole.following is None

    joined: list[Found] = []
    first = 0
    while True:
        page = results.page(job.job_id, first=first, limit=7, sort_by=SortBy.INDEX)
        joined += page.found
        if page.following is None:
            break
        first = page.following

    assert joined == list(whole.found)


EMPTY_BOX = b"\0\0\0\x20ftypisom" + bytes(20)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda clip: clip[: len(clip) // 2], "cut off"),
        (lambda clip: clip[:-1], "cut off"),
        (lambda clip: clip[:0], "no MP4"),
        (lambda clip: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" + clip, "no MP4"),
        (lambda clip: b"ffconcat version 1.0\nfile '/etc/passwd'\n" + clip, "no MP4"),
        (lambda clip: EMPTY_BOX + clip[:0], "no index"),
        (lambda clip: clip[:40] + bytes(len(clip) - 40), "no index"),
        (lambda clip: b"\x1a\x45\xdf\xa3" + b"\x80" * 60 + clip[:0], "cannot be decoded"),
    ],
)
def test_a_file_that_is_no_whole_video_fails_with_its_reason(
    analysed: Analysed, bucket: Path, damage: Callable[[bytes], bytes], message: str
) -> None:
    """Neither the worker nor whoever waits is left without an answer; no playlist is followed."""
    (bucket / "bad.mp4").write_bytes(damage((bucket / CLIP).read_bytes()))

    job = analysed(detection("bad.mp4"))

    assert job.status is Status.FAILED
    assert job.message is not None
    assert message in job.message


def test_a_missing_object_or_collection_fails_with_its_reason(
    analysed: Analysed, collections: dict[str, str]
) -> None:
    """They may be gone by the time that a job's turn comes."""
    missing = analysed(detection("none.mp4"))
    nobodys = analysed(search("none"))

    assert (missing.status, nobodys.status) == (Status.FAILED, Status.FAILED)
    assert "no such object" in (missing.message or "")
    assert "none" in (nobodys.message or "")


def test_a_video_without_people_succeeds_with_nothing(
    core: Core, analysed: Analysed, bucket: Path, coffee: Pixels
) -> None:
    """Nobody is an answer, too."""
    record(bucket / "coffee.avi", [coffee] * 10)

    job = analysed(detection("coffee.avi"))

    assert job.status is Status.SUCCEEDED
    assert job.metadata is not None
    assert job.metadata.format == "AVI"
    assert Results(core.video).page(job.job_id, first=0, limit=10).found == ()


def test_two_people_are_two_persons_and_each_keeps_the_number(
    core: Core,
    analysed: Analysed,
    bucket: Path,
    collections: dict[str, str],
    carphone: list[Pixels],
    astronaut: Pixels,
) -> None:
    """The man, then the astronaut in his place, then the man again."""
    woman = cv2.resize(astronaut, (352, 288)).astype(np.uint8)
    man = [cv2.resize(frame, (352, 288)).astype(np.uint8) for frame in carphone]
    record(bucket / "both.avi", [*man[:20], *[woman] * 20, *man[60:80]])

    job = analysed(
        Request(kind=Kind.SEARCH, bucket=BUCKET, name="both.avi", collection_id=ASTRONAUT)
    )

    results = Results(core.video)
    persons = [each.person for each in results.page(job.job_id, first=0, limit=100).found]
    assert persons == [0] * 4 + [1] * 4 + [0] * 4
    assert results.matches(job.job_id, 0) == ()
    (match,) = results.matches(job.job_id, 1)
    assert match.face_id == collections[ASTRONAUT]


def test_results_are_erased_after_a_week(core: Core, analysed: Analysed) -> None:
    """Not before; and no byte of them is left in the file or its log."""
    job = analysed(detection())
    assert job.finished_at is not None
    jobs = Jobs(core.video)

    assert jobs.sweep(job.finished_at + KEPT) == 0
    assert jobs.sweep(job.finished_at + KEPT + timedelta(seconds=1)) == 1
    assert Results(core.video).page(job.job_id, first=0, limit=10).found == ()
    assert core.video.rows("SELECT * FROM found") == []


def test_there_is_never_a_second_worker(tmp_path: Path) -> None:
    """The second is told, and the lock goes with the first."""
    with only_worker(tmp_path) as first, only_worker(tmp_path) as second:
        assert (first, second) == (True, False)
    with only_worker(tmp_path) as next_one:
        assert next_one
