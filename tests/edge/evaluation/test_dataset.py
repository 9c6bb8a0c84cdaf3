from pathlib import Path

import pytest

from edge.errors import EvaluationError
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.exclusions import Exclusions, parse_exclusions, read_exclusions

PHOTOS = tuple(
    Photo(person, Path(person) / f"{number}.jpg") for person in ("Ann", "Bea") for number in (1, 2)
)


def test_photos_are_those_in_the_folders_of_people(tmp_path: Path) -> None:
    """Other files, and photos beside the folders, are nobody's."""
    for name in ("Bea/2.PNG", "Ann/1.jpg", "Ann/notes.txt", "group.jpg", "Ann/old/3.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    assert [photo.name for photo in read_dataset(tmp_path)] == ["Ann/1.jpg", "Bea/2.PNG"]


def test_a_folder_without_photos_says_how_it_should_look(tmp_path: Path) -> None:
    """A flat folder of photos is the likely mistake."""
    (tmp_path / "ann.jpg").touch()

    with pytest.raises(EvaluationError, match="one folder per person"):
        read_dataset(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(EvaluationError, match="nowhere is not a folder"):
        read_dataset(tmp_path / "nowhere")


def test_people_photos_and_pairs_are_left_out() -> None:
    """Each in its own form; remarks and empty lines say nothing."""
    exclusions = parse_exclusions(["# faults", "", "Bea | Ann  # twins", "Ann/2.jpg"], PHOTOS)

    assert exclusions == Exclusions(
        photos=frozenset({"Ann/2.jpg"}), pairs=frozenset({("Ann", "Bea")})
    )
    assert [exclusions.keeps(photo) for photo in PHOTOS] == [True, False, True, True]
    assert not Exclusions(people=frozenset({"Ann"})).keeps(PHOTOS[0])


def test_a_misspelt_exclusion_is_refused_with_its_line() -> None:
    """Every one of them, at once."""
    with pytest.raises(EvaluationError, match=r"2 exclusions .*line 1: 'Anne'; line 3: 'Ann \| C'"):
        parse_exclusions(["Anne", "Bea", "Ann | C"], PHOTOS)


def test_an_unreadable_list_is_named(tmp_path: Path) -> None:
    """A missing file is not an empty list."""
    with pytest.raises(EvaluationError, match=r"none\.txt cannot be read"):
        read_exclusions(tmp_path / "none.txt", PHOTOS)
