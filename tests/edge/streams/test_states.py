"""The states of a stream processor, and who may lead from one to another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.errors import (
    AlreadyExistsError,
    CollectionError,
    InUseError,
    NotFoundError,
    TooManyJobsError,
)
from edge.storage.key import Key
from edge.streams.processors import MOST_PROCESSORS, NewProcessor, Processors
from edge.streams.states import (
    WATCHED,
    Status,
    failing,
    refuse_deletion,
    seeing,
    started,
    stopped,
)
from edge.streams.tags import ProcessorTags
from edge.video.database import open_video

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("status", list(Status))
def test_each_state_allows_what_it_should(status: Status) -> None:
    """Only what is stopped may start or be deleted; only what watches may stop."""
    if status is Status.STOPPED:
        assert started(status) is Status.STARTING
        refuse_deletion(status)
    else:
        with pytest.raises(InUseError):
            started(status)
        with pytest.raises(InUseError):
            refuse_deletion(status)
    if status in WATCHED:
        assert stopped(status) is Status.STOPPING
    else:
        with pytest.raises(InUseError):
            stopped(status)


@pytest.mark.parametrize("status", [Status.STOPPING, Status.STOPPED])
def test_what_the_camera_does_wakes_nobody_who_was_told_to_stop(status: Status) -> None:
    """A last frame, or a last fault, comes too late."""
    assert seeing(status) is status
    assert failing(status) is status


def new(name: str) -> NewProcessor:
    """Return a stream processor to be made."""
    return NewProcessor(
        name=name,
        camera="lobby",
        collection_id="staff",
        threshold=90,
        input_arn="in",
        output_arn="out",
        role_arn="role",
        tags={"floor": "1"},
    )


def test_they_are_kept_listed_changed_and_deleted(tmp_path: Path) -> None:
    """By name; as many as the computer can bear."""
    with open_video(tmp_path / "video.db", Key(bytes(32))) as database:
        processors = Processors(database)
        processors.create(new("b"), now=NOW)
        processors.create(new("a"), now=NOW)
        with pytest.raises(AlreadyExistsError):
            processors.create(new("a"), now=NOW)
        assert [each.made.name for each in processors.list()] == ["a", "b"]
        assert processors.get("a").made == new("a")
        assert not processors.any_active

        processors.start("a", now=NOW)
        assert processors.any_active
        processors.become("a", failing, "the camera is lost", now=NOW)
        assert processors.get("a").message == "the camera is lost"
        processors.become("a", seeing, None, now=NOW)
        assert (processors.get("a").status, processors.get("a").message) == (Status.RUNNING, None)
        processors.become("nobody", seeing, None, now=NOW)
        with pytest.raises(InUseError):
            processors.delete("a")

        processors.delete("b")
        with pytest.raises(NotFoundError):
            processors.get("b")
        for number in range(MOST_PROCESSORS - 1):
            processors.create(new(f"more-{number}"), now=NOW)
        with pytest.raises(TooManyJobsError):
            processors.create(new("too-many"), now=NOW)


def test_their_tags_are_as_a_collections(tmp_path: Path) -> None:
    """Added, replaced, removed, and no more than fifty."""
    with open_video(tmp_path / "video.db", Key(bytes(32))) as database:
        Processors(database).create(new("a"), now=NOW)
        tags = ProcessorTags(database)
        tags.put("a", {"floor": "2", "door": "x"})
        tags.remove("a", ["door", "none"])
        assert tags.get("a") == {"floor": "2"}
        with pytest.raises(CollectionError):
            tags.put("a", {str(number): "" for number in range(50)})
        assert tags.get("a") == {"floor": "2"}
        with pytest.raises(NotFoundError):
            tags.get("b")
