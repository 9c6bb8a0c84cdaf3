"""A door that lacks what it needs: locked, an exit status of its own, and what helps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.__main__ import main
from edge.demonstration.footage import CARPHONE, locate
from edge.storage.key import Key
from edge.vision import sources
from edge.vision.catalogue import CatalogueEntry
from edge.vision.models import ModelStore
from tests.edge.quarantine.device import furnished


class Place:
    """A device in a *folder* with its settings and models, a lock that was left released."""

    def __init__(self, folder: Path, models: ModelStore) -> None:
        self.data = folder / "device" / "data"
        self.models = folder / "models"
        self.state = folder / "lock"
        self.config = folder / "ostiary.toml"
        self.clip = folder / "clip.mp4"
        self.clip.symlink_to(locate(CARPHONE))
        furnished(folder / "device")
        shutil.copytree(models.path("sface").parent, self.models)
        self.state.write_text("released\n", encoding="ascii")
        self.config.write_text(
            f'[storage]\nfolder = "{self.data}"\n[models]\nfolder = "{self.models}"\n'
            f'[camera]\nsource = "{self.clip}"\n[live]\nenabled = false\n'
            f'[lock]\nkind = "fake"\nstate_file = "{self.state}"\n',
            encoding="utf-8",
        )

    @property
    def key(self) -> Path:
        return self.data / "ostiary.key"


@pytest.fixture
def place(tmp_path: Path, models: ModelStore) -> Place:
    """Give a device that would work."""
    return Place(tmp_path, models)


def wrong_key(place: Place) -> None:
    """Give it another site's key."""
    place.key.write_text(Key.random().digits, encoding="ascii")


def no_key(place: Place) -> None:
    """Lose the key."""
    place.key.unlink()


def malformed_key(place: Place) -> None:
    """Write something else into its file."""
    place.key.write_text("open sesame", encoding="ascii")


def shared_key(place: Place) -> None:
    """Let everybody read it."""
    place.key.chmod(0o644)


def altered_model(place: Place) -> None:
    """Change one bit of a network."""
    model = place.models / "sface_int8.tflite"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)


def no_model(place: Place) -> None:
    """Take a network away, and what it would be made of."""
    for path in place.models.glob("sface*"):
        path.unlink()


def no_record(place: Place) -> None:
    """Put something else in the place of the record."""
    (place.data / "audit.db").unlink()
    (place.data / "audit.db").mkdir()


def no_camera(place: Place) -> None:
    """Take the footage away."""
    place.clip.unlink()


@pytest.mark.parametrize(
    ("lacking", "status", "says"),
    [
        (wrong_key, 5, "the key does not open"),
        (no_key, 5, "is missing, but"),
        (malformed_key, 5, "does not hold 64 hexadecimal digits"),
        (shared_key, 5, "chmod 600"),
        (altered_model, 4, "sface-int8"),
        (no_model, 4, "sface-int8"),
        (no_record, 5, "audit.db"),
        (no_camera, 6, "clip.mp4"),
    ],
)
def test_the_door_is_locked_and_says_what_helps(
    place: Place,
    lacking: Callable[[Place], None],
    status: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lock is secured before anything is missed; nobody's data is touched."""
    _without_packages(monkeypatch)
    lacking(place)
    before = {path: path.read_bytes() for path in place.data.glob("*.db") if path.is_file()}
    with pytest.raises(SystemExit) as end:
        main(["--config", str(place.config), "door"])
    told = capsys.readouterr().err
    assert end.value.code == status, told
    assert says in told
    assert "Remedy: " in told
    assert place.state.read_text(encoding="ascii") == "secured\n"
    for path, content in before.items():
        assert path.read_bytes() == content
    assert not (place.data / "quarantine").exists()


def test_an_altered_network_is_made_anew_where_its_package_is_installed(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """It is never loaded: the door runs with the one that the catalogue names, and says so."""
    model = place.models / "sface_int8.tflite"
    right = model.read_bytes()
    altered_model(place)
    with pytest.raises(SystemExit) as end:
        main(["--config", str(place.config), "door", "--quiet"])
    assert end.value.code == 0
    assert model.read_bytes() == right
    assert "replacing it" in caplog.text


def _without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let networks be found in their folder alone, as on a device whose packages are gone."""
    places = sources._places

    def folder_alone(
        entry: CatalogueEntry, *, folder: Path, mirror: Path | None
    ) -> tuple[Any, ...]:
        return places(entry, folder=folder, mirror=mirror)[:1]

    monkeypatch.setattr(sources, "_places", folder_alone)
