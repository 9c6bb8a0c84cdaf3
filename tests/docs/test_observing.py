"""docs/observing.md: its tables name every figure there is, and none that there is not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from edge.config.document import all_settings
from edge.domain import Decision, Outcome, Reason
from edge.metrics import Backlog, DoorFigures, HostFigures, Kept
from edge.metrics.exposition import new_registry, text_of
from edge.portal import DoorCondition
from tests.enroll.conftest import House, house, memory

__all__ = ["house", "memory"]  # fixtures

TEXT = (Path(__file__).parents[2] / "docs/observing.md").read_text(encoding="utf-8")
AT = datetime(2026, 11, 2, tzinfo=UTC)

TOLD = {
    name: {label for label in labels.split(", ") if label.strip()}
    for name, labels in re.findall(
        r"^\| `(ostiary_[a-z_]+\*?)` \| ((?:[a-z]+(?:, )?)*) ?\|", TEXT, re.MULTILINE
    )
}
"""Labels by figure, as the document has them."""


def families(text: bytes) -> list[Metric]:
    """Return what Prometheus reads from *text*."""
    return list(text_string_to_metric_families(text.decode()))


def door_text(folder: Path) -> bytes:
    """Return the figures of a door where everything is, on a Raspberry Pi."""
    thermal = folder / "class/thermal/thermal_zone0"
    firmware = folder / "devices/platform/soc/soc:firmware"
    for each, name, value in ((thermal, "temp", "61300"), (firmware, "get_throttled", "0")):
        each.mkdir(parents=True)
        (each / name).write_text(value, encoding="ascii")
    registry = new_registry()
    kept = Kept(events=1, unsigned=1, signed_at=AT, backed_up_at=AT)
    registry.register(HostFigures(folder, kept=lambda: kept, system=folder))
    door = DoorFigures(registry, door="front", version="1", backlog=lambda: Backlog(0, 0, 0))
    door.decided(AT, Decision(Outcome.GRANT, Reason.MATCH), None)
    door.turned(DoorCondition(), fault="CameraError")
    return text_of(registry)


def test_every_figure_is_told_with_its_labels(house: House, tmp_path: Path) -> None:
    """Both ways: nothing is missing in the document, and nothing in the program."""
    browser = house.browser()
    browser.get("/sign-in")
    found: dict[str, set[str]] = {}
    for family in families(door_text(tmp_path / "sys")) + families(browser.get("/metrics").data):
        name = family.name + ("_total" if family.type == "counter" else "")
        name = re.sub(r"_process_.*", "_process_*", name)
        labels = found.setdefault(name, set())
        for sample in family.samples:
            labels |= sample.labels.keys() - {"le"}

    assert found == TOLD


def test_every_alarm_is_about_a_figure_that_there_is() -> None:
    """An expression of a figure that is missing never fires."""
    named = {name for name in re.findall(r"ostiary_[a-z_]+", TEXT) if not name.endswith("_")}

    assert len(named) > 30
    assert named <= TOLD.keys()


def test_every_setting_that_it_names_exists() -> None:
    """A document that names what is not there is worse than none."""
    known = {setting.path for setting in all_settings()}
    named = set(re.findall(r"`((?:metrics|log|live)\.\w+)", TEXT))

    assert {"metrics.hosts", "metrics.enabled", "live.folder", "log.personal"} <= named <= known
