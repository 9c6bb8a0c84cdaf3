"""A folder of photographs, one folder per person: whose face is meant in which file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge.errors import EvaluationError

PHOTO_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


@dataclass(frozen=True, slots=True, order=True)
class Photo:
    """One file, and the person whose folder it lies in."""

    person: str
    path: Path

    @property
    def name(self) -> str:
        """``person/file``, as lists of exclusions and failures write it."""
        return f"{self.person}/{self.path.name}"


def read_dataset(folder: Path) -> tuple[Photo, ...]:
    """Return the photos in the folders of *folder*, by person, then by file name.

    :raises EvaluationError: if the folder is missing or has no folder with a photo in it.
    """
    if not folder.is_dir():
        raise EvaluationError(f"{folder} is not a folder.")
    photos = tuple(
        sorted(
            Photo(person=path.parent.name, path=path)
            for path in folder.glob("*/*")
            if path.suffix.lower() in PHOTO_SUFFIXES and path.is_file()
        )
    )
    if not photos:
        raise EvaluationError(
            f"{folder} holds no photo in a folder of its own.",
            remedy="Make one folder per person and put that person's photos into it.",
        )
    return photos
