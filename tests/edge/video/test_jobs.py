"""The queue: what it promises to those who ask, and to the worker that may die at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Box, Pose
from edge.errors import NotFoundError, RepeatedDifferentlyError, TooManyJobsError
from edge.storage import sqlite
from edge.storage.database import Database
from edge.storage.key import Key
from edge.video.container import Format
from edge.video.database import open_video
from edge.video.findings import FoundFace, Point, from_text, to_text
from edge.video.job import Kind, Request, Status
from edge.video.jobs import KEPT, MOST_WAITING, Jobs
from edge.video.reading import VideoMetadata
from edge.video.results import Results, SortBy
from edge.video.work import Found, Similar, Work

ONCE = "once"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
REQUEST = Request(kind=Kind.SEARCH, bucket="videos", name="a.mp4", collection_id="c", threshold=80)
DETECTION = Request(kind=Kind.DETECTION, bucket="videos", name="a.mp4")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Open a queue without a job."""
    with open_video(tmp_path / "video.db", Key(bytes(32))) as opened:
        yield opened


@pytest.fixture
def jobs(database: Database) -> Jobs:
    """Give the side of those who ask."""
    return Jobs(database)


@pytest.fixture
def work(database: Database) -> Work:
    """Give the side of the worker."""
    return Work(database)


def face(at_ms: int, person: int | None = None) -> Found:
    """Return some face."""
    shown = FoundFace(
        Box(0.1, 0.2, 0.3, 0.4), 99.5, Pose(1, 2, 3), 50, 60, (Point("nose", 0.2, 0.3),)
    )
    return Found(at_ms, shown, person)


def test_a_token_starts_one_job(jobs: Jobs) -> None:
    """The same request gets the same job; another one is refused, and one of another kind is not."""
    first = jobs.start(REQUEST, token=ONCE, now=NOW)

    assert jobs.start(REQUEST, token=ONCE, now=NOW) == first
    with pytest.raises(RepeatedDifferentlyError):
        jobs.start(Request(kind=Kind.SEARCH, bucket="videos", name="b.mp4"), token=ONCE, now=NOW)
    assert jobs.start(DETECTION, token=ONCE, now=NOW) != first
    assert jobs.start(REQUEST, token=None, now=NOW) != first
    assert jobs.waiting == 3


def test_twenty_jobs_may_wait(jobs: Jobs, work: Work) -> None:
    """A repeated request is none, and a job that has ended makes room."""
    ids = [jobs.start(REQUEST, token=str(number), now=NOW) for number in range(MOST_WAITING)]

    with pytest.raises(TooManyJobsError):
        jobs.start(REQUEST, token=f"{ONCE}-more", now=NOW)
    assert jobs.start(REQUEST, token=str(0), now=NOW) == ids[0]
    work.fail(ids[0], "no", NOW)
    jobs.start(REQUEST, token=f"{ONCE}-more", now=NOW)


def test_a_job_is_found_by_its_id_and_kind_only(jobs: Jobs) -> None:
    """GetFaceDetection tells nothing of a search."""
    job_id = jobs.start(REQUEST, token=None, now=NOW)

    assert jobs.get(job_id, Kind.SEARCH).request == REQUEST
    with pytest.raises(NotFoundError):
        jobs.get(job_id, Kind.DETECTION)
    with pytest.raises(NotFoundError):
        jobs.get("none", Kind.SEARCH)


def test_jobs_are_done_in_the_order_they_came(jobs: Jobs, work: Work) -> None:
    """One after the other."""
    first, second = (jobs.start(REQUEST, token=None, now=NOW) for _ in range(2))

    assert (taken := work.take(NOW)) is not None
    assert taken.job_id == first
    work.succeed(first, NOW)
    assert (taken := work.take(NOW)) is not None
    assert taken.job_id == second


def test_nothing_is_shown_before_the_end(jobs: Jobs, work: Work, database: Database) -> None:
    """Half of the persons would be taken for all."""
    job_id = jobs.start(REQUEST, token=None, now=NOW)
    work.take(NOW)
    work.add(job_id, [face(0, 0), face(200, 0)], first=0, done_ms=200)

    assert jobs.get(job_id, Kind.SEARCH).done_ms == 200
    assert Results(database).page(job_id, first=0, limit=10).found == ()
    work.succeed(job_id, NOW)
    assert len(Results(database).page(job_id, first=0, limit=10).found) == 2


def test_a_job_that_was_running_begins_anew(jobs: Jobs, work: Work, database: Database) -> None:
    """With nothing of what it had found, so that nothing is doubled."""
    job_id = jobs.start(REQUEST, token=None, now=NOW)
    work.take(NOW)
    work.add(job_id, [face(0, 0), face(200, 0)], first=0, done_ms=200)

    assert (again := work.take(NOW)) is not None
    assert again.job_id == job_id
    assert jobs.get(job_id, Kind.SEARCH).done_ms == 0
    work.add(job_id, [face(0, 0)], first=0, done_ms=0)
    work.succeed(job_id, NOW)
    assert len(Results(database).page(job_id, first=0, limit=10).found) == 1


def test_a_job_that_kills_three_times_fails_and_the_next_is_done(jobs: Jobs, work: Work) -> None:
    """A file that its decoder cannot bear stops nobody else's; being told to end is no death."""
    killer, other = (jobs.start(REQUEST, token=None, now=NOW) for _ in range(2))
    for _ in range(5):
        work.take(NOW)
        work.give_back(killer)
    for _ in range(3):
        assert (taken := work.take(NOW)) is not None
        assert taken.job_id == killer

    assert (taken := work.take(NOW)) is not None
    assert taken.job_id == other
    job = jobs.get(killer, Kind.SEARCH)
    assert job.status is Status.FAILED
    assert job.message is not None
    assert "three times" in job.message


def test_persons_are_known_by_their_numbers_in_the_end(
    jobs: Jobs, work: Work, database: Database
) -> None:
    """Also where one person's new number is another one's old."""
    job_id = jobs.start(REQUEST, token=None, now=NOW)
    work.take(NOW)
    found = [face(0, 0), face(0, 1), face(200, 2), face(400, 1)]
    work.add(job_id, found, first=0, done_ms=400)
    matches = {1: [Similar("f1", 81), Similar("f2", 99)]}
    work.succeed(job_id, NOW, persons={0: 1, 1: 0, 2: 1}, matches=matches)

    results = Results(database)
    by_time = results.page(job_id, first=0, limit=10).found
    assert [(each.at_ms, each.person) for each in by_time] == [(0, 1), (0, 0), (200, 1), (400, 0)]
    by_index = results.page(job_id, first=0, limit=10, sort_by=SortBy.INDEX).found
    assert [(each.at_ms, each.person) for each in by_index] == [(0, 0), (400, 0), (0, 1), (200, 1)]
    assert results.matches(job_id, 1) == (Similar("f2", 99), Similar("f1", 81))
    assert results.matches(job_id, 0) == ()


def test_what_a_video_says_of_itself_is_kept(jobs: Jobs, work: Work) -> None:
    """As it was told."""
    job_id = jobs.start(REQUEST, token=None, now=NOW)
    metadata = VideoMetadata("h264", Format.MOV, 4004, 29.97, 176, 144)
    work.describe(job_id, metadata)

    assert jobs.get(job_id, Kind.SEARCH).metadata == metadata


def test_after_a_week_no_byte_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the file nor in its log; the cipher is off here, else nothing would show."""
    monkeypatch.setattr(sqlite, "_decrypt", lambda *_: None)
    secrets = (b"tag-of-one-job", b"face-of-somebody", b"eyeLeft")
    with open_video(tmp_path / "video.db", Key(bytes(32))) as database:
        jobs, work = Jobs(database), Work(database)
        asked = replace(DETECTION, job_tag="tag-of-one-job")
        job_id = jobs.start(asked, token=None, now=NOW)
        work.take(NOW)
        found = replace(face(0).face, points=(Point("eyeLeft", 0.1, 0.2),))
        work.add(job_id, [Found(at, found) for at in range(300)], first=0, done_ms=300)
        work.succeed(job_id, NOW, matches={0: [Similar("face-of-somebody", 99)]})

        assert jobs.sweep(NOW + KEPT) == 0
        assert all(secret in files_of(tmp_path) for secret in secrets)
        assert jobs.sweep(NOW + KEPT + timedelta(seconds=1)) == 1

        assert not any(secret in files_of(tmp_path) for secret in secrets)


def files_of(folder: Path) -> bytes:
    """Return the bytes of all files in *folder*."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


NUMBERS = st.floats(-1e6, 1e6)


@given(
    st.builds(
        FoundFace,
        box=st.builds(Box, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
        confidence=NUMBERS,
        pose=st.builds(Pose, NUMBERS, NUMBERS, NUMBERS),
        brightness=NUMBERS,
        sharpness=NUMBERS,
        points=st.lists(st.builds(Point, st.text(), NUMBERS, NUMBERS)).map(tuple),
        attributes=st.dictionaries(st.text(), st.booleans() | NUMBERS | st.text()),
    )
)
def test_a_face_reads_back_as_it_was_found(found: FoundFace) -> None:
    """To the last bit."""
    assert from_text(to_text(found)) == found
