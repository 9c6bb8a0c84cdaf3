"""The sites that are shipped as examples load as they are, and do what their comments say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.access.document import from_toml
from edge.access.rules import Rules
from edge.access.ruleset import Factor, Mode
from edge.config import load_settings
from edge.config.settings import Settings
from edge.wiring import portal_policy, readable_by

FOLDER = Path(__file__).parents[2] / "firmware_config"
SITES = sorted((FOLDER / "sites").glob("*.toml"))
SETTINGS = [path for path in SITES if not path.name.endswith(".rules.toml")]
RULES = [path for path in SITES if path.name.endswith(".rules.toml")]


def loaded(name: str) -> Settings:
    """Return the settings of the site *name*, as its door would."""
    return load_settings(FOLDER / "sites" / f"{name}.toml", environment={}, system=True)


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.stem)
def test_a_site_loads_as_it_is(path: Path) -> None:
    """Strictly: an unknown name, a range that is left or a pin that is used twice is a fault."""
    settings = loaded(path.stem)

    assert settings.door.similarity >= 99
    assert settings.liveness.mode != "off"
    portal_policy(settings)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_a_site_s_rules_are_good(path: Path) -> None:
    """And are about the door that its settings name."""
    ruleset = from_toml(path.read_text(encoding="utf-8"))
    door = loaded(path.name.removesuffix(".rules.toml")).door.name

    assert door in [each.name for each in ruleset.doors]


def test_the_single_door_needs_nothing_but_a_face() -> None:
    """And notices when it is forced."""
    settings = loaded("single-door")

    assert readable_by(settings) == {Factor.FACE}
    assert settings.inputs.contact_line is not None
    assert (settings.lock.kind, settings.panel.kind) == ("gpio", "none")


def test_a_badge_can_be_held_where_the_rules_ask_for_one() -> None:
    """A mode that nobody can fulfil would lock everybody out."""
    path = FOLDER / "sites/badge-and-face.rules.toml"
    rules = Rules(from_toml(path.read_text(encoding="utf-8")))

    assert rules.door("front").mode is Mode.BADGE_AND_FACE
    assert {Factor.FACE, Factor.BADGE} <= readable_by(loaded("badge-and-face"))


def test_behind_a_panel_the_lock_is_the_panel_s() -> None:
    """Two that drive one lock would fight."""
    settings = loaded("behind-a-panel")

    assert (settings.lock.kind, settings.panel.kind) == ("none", "osdp")


def test_the_lock_of_a_site_is_safe_before_linux_starts() -> None:
    """Its pin and its level are those of config.txt."""
    boot = (FOLDER / "config.txt").read_text(encoding="utf-8")
    for path in SETTINGS:
        lock = loaded(path.stem).lock
        if lock.kind == "gpio":
            level = "dl" if lock.active_high is (lock.fails == "secure") else "dh"
            assert re.search(rf"^gpio={lock.line}=op,{level}$", boot, re.MULTILINE), path
