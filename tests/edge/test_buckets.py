"""Buckets: what lies below the folder can be read, and nothing else, by whatever name."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.buckets import Buckets
from edge.errors import BucketError, ObjectTooLargeError

SECRET = b"what lies outside"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay a bucket beside a file that is none of its business."""
    bucket = tmp_path / "photos"
    (bucket / "2026/spring").mkdir(parents=True)
    (bucket / "ada.jpg").write_bytes(b"ada")
    (bucket / "2026/spring/grace.jpg").write_bytes(b"grace")
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "photos-of-others").mkdir()
    (tmp_path / "photos-of-others/secret").write_bytes(SECRET)
    return bucket


@pytest.fixture
def buckets(folder: Path) -> Buckets:
    """Call it photos."""
    return Buckets({"photos": folder})


def refusal(buckets: Buckets, name: str) -> str:
    """Return what is said to somebody who asks for *name*."""
    with pytest.raises(BucketError) as caught:
        buckets.open("photos", name, limit=100)
    return str(caught.value)


def test_an_object_is_read_by_its_name(buckets: Buckets) -> None:
    """Also in a folder below, with slashes as in S3."""
    assert buckets.read("photos", "ada.jpg", limit=3) == b"ada"
    with buckets.open("photos", "2026/spring/grace.jpg", limit=100) as file:
        assert file.read() == b"grace"


def test_an_object_can_be_read_and_not_written(buckets: Buckets) -> None:
    """The folder belongs to somebody else."""
    with buckets.open("photos", "ada.jpg", limit=100) as file:
        assert not file.writable()


def test_a_bucket_must_be_named_in_the_settings(buckets: Buckets) -> None:
    """The error says where."""
    with pytest.raises(BucketError, match=r"no bucket videos.*rekognition\.buckets"):
        buckets.open("videos", "ada.jpg", limit=100)


def test_a_bucket_whose_folder_is_gone_says_so(tmp_path: Path) -> None:
    """A disk that is not mounted is another fault than a name that is wrong."""
    with pytest.raises(BucketError, match="folder of bucket usb cannot be reached"):
        Buckets({"usb": tmp_path / "none"}).open("usb", "a", limit=1)


def test_too_many_bytes_are_refused_before_any_is_read(buckets: Buckets) -> None:
    """By another error, because callers are told another thing."""
    with pytest.raises(ObjectTooLargeError, match="more than 2 bytes"):
        buckets.open("photos", "ada.jpg", limit=2)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "2026/../../secret",
        "2026/../ada.jpg",
        "./ada.jpg",
        "/etc/hostname",
        "//etc/hostname",
        "2026//spring/grace.jpg",
        "ada.jpg/",
        "ada.jpg/x",
        "",
        ".",
        "..",
        "2026",
        "ada.jpg\0",
        "\udcff",
        "a" * 300,
        "a/" * 3000 + "a",
        "../photos-of-others/secret",
        "none",
    ],
)
def test_no_other_name_leads_to_a_file(buckets: Buckets, name: str) -> None:
    """Every one of them is answered as a name that nothing has."""
    assert refusal(buckets, name) == refusal(buckets, "nothing of that name")


def test_a_link_may_lead_to_another_object_but_not_outside(
    buckets: Buckets, folder: Path, tmp_path: Path
) -> None:
    """And nobody learns whether there is something where it leads."""
    (folder / "inside").symlink_to("2026/spring/grace.jpg")
    (folder / "outside").symlink_to(tmp_path / "secret")
    (folder / "outside-folder").symlink_to(tmp_path)
    (folder / "dangling").symlink_to(tmp_path / "none")
    (folder / "circle").symlink_to("circle")
    (folder / "self").symlink_to(".")

    assert buckets.read("photos", "inside", limit=100) == b"grace"
    assert buckets.read("photos", "self/ada.jpg", limit=100) == b"ada"
    for name in ("outside", "outside-folder/secret", "dangling", "circle", "self"):
        assert refusal(buckets, name) == refusal(buckets, "none")


def test_what_is_no_regular_file_is_not_opened(buckets: Buckets, folder: Path) -> None:
    """A pipe that nobody writes to would hold up the reader for ever."""
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))

        for name in ("pipe", "socket"):
            assert refusal(buckets, name) == refusal(buckets, "none")


def test_a_link_put_in_the_way_after_the_check_is_not_followed(
    buckets: Buckets, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write in the bucket's folder cannot win that race."""
    resolve = Path.resolve

    def slow(path: Path, strict: bool = False) -> Path:
        found = resolve(path, strict=strict)
        if path.name == "grace.jpg":
            (folder / "2026").rename(folder / "moved")
            (tmp_path / "spring").mkdir()
            (tmp_path / "spring/grace.jpg").write_bytes(SECRET)
            (folder / "2026").symlink_to(tmp_path)
        return found

    monkeypatch.setattr(Path, "resolve", slow)

    assert "no such object" in refusal(buckets, "2026/spring/grace.jpg")


def answer(buckets: Buckets, name: str) -> bytes | str:
    """Return what is read, or what is said instead."""
    try:
        return buckets.read("photos", name, limit=100)
    except BucketError as error:
        return str(error)


STEPS = st.sampled_from(["..", ".", "", "in", "out", "link", "file", "secret", "\0", "up"])


@given(name=st.lists(STEPS, min_size=1, max_size=6).map("/".join))
def test_whatever_the_steps_nothing_outside_is_read(name: str) -> None:
    """A name either leads to the one file in the bucket or to the same refusal as any other."""
    with TemporaryDirectory() as place:
        bucket = Path(place) / "bucket"
        (bucket / "in").mkdir(parents=True)
        (bucket / "in/file").write_bytes(b"inside")
        (Path(place) / "secret").write_bytes(SECRET)
        (bucket / "out").symlink_to(place)
        (bucket / "up").symlink_to("..")
        (bucket / "link").symlink_to("in")
        buckets = Buckets({"photos": bucket})

        assert answer(buckets, name) in (b"inside", answer(buckets, "none"))
