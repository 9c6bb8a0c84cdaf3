"""Photos looked at in every way that `improvements.py` tries; one pass, which can be kept."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from edge.config import ModelSettings
from edge.domain import Pixels, Points, Vector
from edge.evaluation.dataset import Photo
from edge.evaluation.subject import FacePolicy, person_meant
from edge.vision.catalogue.sface import FLOAT, INT8
from edge.vision.embed import Embedder
from edge.vision.image import read_image
from edge.vision.models import ModelStore
from edge.vision.recognizer import MESH_SHARE, Recognizer

MEAN, MIRRORED, DETECTOR, MESH, FLOATING = "mean", "mirrored", "detector", "mesh", "float"
VIEWS = (MEAN, MIRRORED, DETECTOR, MESH, FLOATING)
"""By ``sface-int8``: aligned as the door does, the same chip in a mirror, aligned by the detector's
points alone, by the mesh's alone; and the first by ``sface``, in float."""

TRAITS = (
    "yaw", "pitch", "roll", "size", "sharpness", "brightness", "occlusion", "confidence", "weight",
    "good",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What was seen of each photo of *people* (their names, one a photo, sorted).

    *vectors*: unit vectors ``(photos, 128)`` by view; *traits*: ``(photos,)`` by name, see
    :data:`TRAITS`. Photos without the person meant are left out.
    """

    people: NDArray[np.str_]
    vectors: dict[str, Vector]
    traits: dict[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.people)

    def only(self, kept: NDArray[np.bool_]) -> Looks:
        """Return those photos that *kept*, ``(photos,)``, marks."""
        return Looks(
            self.people[kept],
            {name: vectors[kept] for name, vectors in self.vectors.items()},
            {name: values[kept] for name, values in self.traits.items()},
        )


class _Looker:
    """Looks at photos in one process."""

    def __init__(self, settings: ModelSettings, views: Sequence[str]) -> None:
        store = ModelStore(settings.folder, mirror=settings.mirror)
        self._recognizer = Recognizer.load(store)
        self._float = Embedder(store.embedder(FLOAT.name)) if FLOATING in views else None

    def look(self, path: Path) -> tuple[list[Vector], list[float]] | None:
        """Return the vector of each view and the traits; None if the person is not found."""
        pixels = read_image(path)
        height, width = pixels.shape[:2]
        detections = self._recognizer.detector.detect(pixels)
        faces = [self._recognizer.analyse(pixels, detection) for detection in detections]
        _, face = person_meant(faces, width=width, height=height, policy=FacePolicy.NEAREST)
        if face is None:
            return None
        found = next(one.points for one in detections if one.box == face.box)
        drawn = ((face.points - (1 - MESH_SHARE) * found) / MESH_SHARE).astype(np.float32)
        chip = self._chip(pixels, face.points)
        chips = (chip, cv2.flip(chip, 1), self._chip(pixels, found), self._chip(pixels, drawn))
        vectors = [self._recognizer.embedding.embed(np.asarray(each)).vector for each in chips]
        if self._float is not None:
            vectors.append(self._float.embed(chip).vector)
        quality, pose = face.quality, face.quality.pose
        return vectors, [
            pose.yaw, pose.pitch, pose.roll, quality.size, quality.sharpness, quality.brightness,
            quality.occlusion, face.confidence, quality.weight, float(quality.good),
        ]  # fmt: skip

    def _chip(self, pixels: Pixels, points: Points) -> Pixels:
        return self._recognizer.embedding.align(pixels, points)


_looker: list[_Looker] = []
"""The one of this process."""


def _start(settings: ModelSettings, views: Sequence[str]) -> None:
    cv2.setNumThreads(1)
    _looker.append(_Looker(settings, views))


def _look(path: Path) -> tuple[list[Vector], list[float]] | None:
    return _looker[0].look(path)


def look_at(
    photos: Sequence[Photo],
    settings: ModelSettings,
    *,
    views: Sequence[str] = VIEWS,
    jobs: int = 1,
    cache: Path | None = None,
) -> Looks:
    """Return what is seen of *photos*, which come sorted by person, in *views* (the first four or all).

    *cache* is the file that keeps it; the vectors are biometric data, readable by its owner alone.
    """
    mark = "\n".join(
        [INT8.model.digest, FLOAT.model.digest, *views, *TRAITS, *(photo.name for photo in photos)]
    )
    if cache is not None and cache.exists():
        with np.load(cache, allow_pickle=False) as kept:
            if str(kept["mark"]) == mark:
                return Looks(
                    kept["people"],
                    {view: kept[f"view {view}"] for view in views},
                    {trait: kept[f"trait {trait}"] for trait in TRAITS},
                )
    looks = _looks(photos, settings, views, jobs)
    if cache is not None:
        cache.touch(mode=0o600)
        columns: dict[str, Any] = {f"view {name}": each for name, each in looks.vectors.items()}
        columns |= {f"trait {name}": each for name, each in looks.traits.items()}
        with cache.open("wb") as file:
            np.savez(file, mark=np.array(mark), people=looks.people, **columns)
    return looks


def _looks(
    photos: Sequence[Photo], settings: ModelSettings, views: Sequence[str], jobs: int
) -> Looks:
    with ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(settings, views),
    ) as pool:
        seen = pool.map(_look, (photo.path for photo in photos), chunksize=16)
        shown = track(seen, "looking", len(photos), console=Console(stderr=True), transient=True)
        found = [
            (photo.person, *one)
            for photo, one in zip(photos, shown, strict=True)
            if one is not None
        ]
    people, vectors, traits = zip(*found, strict=True)
    stacked, columns = np.array(vectors, np.float32), np.array(traits, np.float64)
    return Looks(
        np.array(people),
        {view: stacked[:, at] for at, view in enumerate(views)},
        {trait: columns[:, at] for at, trait in enumerate(TRAITS)},
    )
