import os
import stat
from pathlib import Path

import numpy as np
import pytest

from edge.domain import Embedding, ModelId, QualityReason, Vector
from edge.errors import EvaluationError
from edge.evaluation.cache import EmbeddingCache, fingerprint
from edge.evaluation.dataset import Photo
from edge.evaluation.measure import Measured
from edge.evaluation.subject import FacePolicy, Sight

MODEL = ModelId("made-up", "0" * 64)


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Photo, ...]:
    """Three files of two people."""
    found = []
    for name in ("Ann/1.jpg", "Ann/2.jpg", "Bea/1.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
        found.append(Photo(path.parent.name, path))
    return tuple(found)


@pytest.fixture
def measured(photos: tuple[Photo, ...]) -> dict[Photo, Measured]:
    """One good, one poor, one without a face."""
    reasons = (QualityReason.EXTREME_POSE, QualityReason.LOW_SHARPNESS)
    return {
        photos[0]: Measured(Sight.FOUND, Embedding(unit(0.6, 0.8), MODEL), 0.9),
        photos[1]: Measured(Sight.FOUND, Embedding(unit(1.0, 0.0), MODEL), 0.1, reasons),
        photos[2]: Measured(Sight.NO_FACE),
    }


def unit(across: float, up: float) -> Vector:
    """Return a vector of the plane."""
    return np.array([across, up], np.float32)


def cache_at(tmp_path: Path, mark: str = "this code") -> EmbeddingCache:
    """Return the cache the tests use, in a folder that does not exist yet."""
    return EmbeddingCache(tmp_path / "kept" / "lfw.npz", mark, MODEL)


def test_what_was_saved_comes_back(
    tmp_path: Path, photos: tuple[Photo, ...], measured: dict[Photo, Measured]
) -> None:
    """Vectors to the bit, reasons, weights, and what was not found."""
    cache_at(tmp_path).save(measured)

    back = cache_at(tmp_path).load(photos)

    for photo, one in measured.items():
        assert (back[photo].sight, back[photo].weight) == (one.sight, one.weight)
        assert back[photo].reasons == one.reasons
        assert (back[photo].embedding is None) == (one.embedding is None)
        if one.embedding is not None:
            kept = back[photo].embedding
            assert kept is not None
            assert kept.model == MODEL
            assert np.array_equal(kept.vector, one.embedding.vector)


def test_the_file_is_for_its_owner_alone(tmp_path: Path, measured: dict[Photo, Measured]) -> None:
    """It holds biometric data; and nothing else is left in the folder."""
    cache = cache_at(tmp_path)

    cache.save(measured)
    cache.save(measured)

    assert stat.S_IMODE(cache.path.stat().st_mode) == 0o600
    assert list(cache.path.parent.iterdir()) == [cache.path]


def test_a_photo_that_changed_is_measured_again(
    tmp_path: Path, photos: tuple[Photo, ...], measured: dict[Photo, Measured]
) -> None:
    """Another size or another time of change is another photo; a photo not asked for stays out."""
    cache_at(tmp_path).save(measured)
    photos[0].path.write_text("longer than before")
    os.utime(photos[1].path, ns=(1, 1))

    assert set(cache_at(tmp_path).load(photos)) == {photos[2]}
    assert cache_at(tmp_path).load(photos[:2]) == {}


def test_other_code_or_models_find_nothing(
    tmp_path: Path, photos: tuple[Photo, ...], measured: dict[Photo, Measured]
) -> None:
    """A figure must never rest on vectors of another recognizer."""
    cache_at(tmp_path).save(measured)

    assert cache_at(tmp_path, "other code").load(photos) == {}


def test_without_a_file_nothing_is_kept(tmp_path: Path, photos: tuple[Photo, ...]) -> None:
    """The first evaluation starts from nothing."""
    assert cache_at(tmp_path).load(photos) == {}


def test_another_file_is_not_taken_for_a_cache(tmp_path: Path, photos: tuple[Photo, ...]) -> None:
    """Nor overwritten: loading comes first."""
    path = tmp_path / "notes.txt"
    path.write_text("dear diary")

    with pytest.raises(EvaluationError, match=r"notes\.txt is not a cache"):
        EmbeddingCache(path, "", MODEL).load(photos)


def test_an_unwritable_cache_is_an_error(
    photos: tuple[Photo, ...], measured: dict[Photo, Measured]
) -> None:
    """A file cannot be a folder."""
    with pytest.raises(EvaluationError, match="cannot be written"):
        EmbeddingCache(photos[0].path / "cache.npz", "", MODEL).save(measured)


def test_conditions_change_the_fingerprint() -> None:
    """The same conditions give the same."""
    assert fingerprint(MODEL, FacePolicy.NEAREST) == fingerprint(MODEL, FacePolicy.NEAREST)
    assert fingerprint(MODEL, FacePolicy.NEAREST) != fingerprint(MODEL, FacePolicy.LARGEST)
