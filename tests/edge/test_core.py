"""What all programs share is built from the settings, once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from edge.config import DoorSettings, Settings, StorageSettings
from edge.core import Core
from edge.vision.models import ModelStore
from edge.vision.quality import QualityLimits


def test_the_default_limits_of_the_settings_are_the_measured_ones(
    tmp_path: Path, models: ModelStore
) -> None:
    """A site that sets nothing judges faces by the limits that the vision room measured."""
    core = _core(tmp_path, models)

    limits = core.recognizer.limits

    for limit in fields(QualityLimits):
        assert getattr(limits, limit.name) == getattr(QualityLimits(), limit.name), limit.name


def test_parts_are_built_once(tmp_path: Path, models: ModelStore) -> None:
    """Door and enrolment share one recognizer and one database."""
    core = _core(tmp_path, models)

    assert core.recognizer is core.recognizer
    assert core.database is core.database
    core.close()


def test_the_collection_of_the_door_is_made_on_first_use(
    tmp_path: Path, models: ModelStore
) -> None:
    """A new site has an empty gallery, not an error."""
    core = _core(tmp_path, models)

    assert core.gallery.people_count == 0
    assert core.gallery.collection.collection_id == "staff"
    core.close()


def _core(folder: Path, models: ModelStore) -> Core:
    settings = Settings(
        storage=StorageSettings(folder=folder, key_file=folder / "ostiary.key"),
        door=DoorSettings(collection="staff"),
    )
    core = Core(settings)
    core.models = models
    return core
