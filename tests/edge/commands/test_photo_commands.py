"""Looking at photos without storing anything."""

from __future__ import annotations

from pathlib import Path

import cv2

from tests.edge.commands.conftest import Ostiary


def test_detect_describes_the_face(ostiary: Ostiary, photos: Path) -> None:
    """Box, points, pose and quality, and the mesh when it is asked for."""
    answer = ostiary("detect", photos / "stranger.png", "--json", "--mesh")

    (face,) = answer.json
    assert answer.status == 0
    assert 80 < face["box"]["width"] < 100
    assert len(face["points"]) == 5
    assert len(face["mesh"]) == 468
    assert face["quality"]["reasons"] == []
    assert abs(face["quality"]["pose"]["yaw"]) < 15


def test_detect_draws_what_it_found(ostiary: Ostiary, photos: Path, tmp_path: Path) -> None:
    """The picture is a copy of the photo with something drawn on it."""
    picture = tmp_path / "drawn.png"

    assert ostiary("detect", photos / "stranger.png", "--picture", picture).status == 0

    original, drawn = cv2.imread(str(photos / "stranger.png")), cv2.imread(str(picture))
    assert original is not None
    assert drawn is not None
    assert drawn.shape == original.shape
    assert (drawn != original).any()


def test_a_picture_of_an_unknown_kind_is_refused(ostiary: Ostiary, photos: Path) -> None:
    """The ending of the picture's name says how to write it."""
    answer = ostiary("detect", photos / "stranger.png", "--picture", photos / "drawn.xyz")

    assert answer.status == 3
    assert ".png" in answer.err


def test_no_face_is_a_negative_answer(ostiary: Ostiary, photos: Path) -> None:
    """A cup is no error, but the answer is no."""
    answer = ostiary("detect", photos / "cup.png", "--json")

    assert (answer.status, answer.json) == (1, [])


def test_compare_tells_one_person_from_two(ostiary: Ostiary, photos: Path) -> None:
    """Two photos of the man are alike beyond 99 percent; he and the stranger are not."""
    same = ostiary("compare", photos / "man-0.png", photos / "man-100.png", "--json")
    other = ostiary("compare", photos / "man-0.png", photos / "stranger.png", "--json")

    assert (same.status, same.json["match"]) == (0, True)
    assert same.json["similarity"] > 99
    assert (other.status, other.json["match"]) == (1, False)


def test_bad_files_are_named(ostiary: Ostiary, photos: Path) -> None:
    """What is no picture, or not there, is an error of its own status."""
    text = photos / "text.jpg"
    text.write_text("no picture", encoding="utf-8")

    for path in (text, photos / "nowhere.jpg", photos):
        answer = ostiary("detect", path)
        assert answer.status == 3
        assert path.name in answer.err


def test_nothing_is_stored(ostiary: Ostiary, photos: Path, tmp_path: Path) -> None:
    """Detecting and comparing leave no database, no key, no file at all."""
    ostiary("detect", photos / "man-0.png")
    ostiary("compare", photos / "man-0.png", photos / "man-100.png")

    assert not (tmp_path / "data").exists()
