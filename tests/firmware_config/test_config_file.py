"""The commented settings file says everything there is to set, and says it truly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.config import Settings, load_settings
from edge.config.document import all_settings, commented_toml

FILE = Path(__file__).parents[2] / "firmware_config/ostiary.toml"
SETTING = re.compile(r"^#(?=\w+ = )", re.MULTILINE)


def test_the_file_is_what_the_settings_say_of_themselves() -> None:
    """Write it anew with ``python -m edge.config > firmware_config/ostiary.toml``."""
    assert FILE.read_text(encoding="utf-8") == commented_toml()


def test_as_it_is_the_file_sets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever installs it unread, on a machine that systemd has started, has the defaults."""
    monkeypatch.setattr("edge.config.load.SYSTEMD", tmp_path)
    assert load_settings(FILE, environment={}, system=True) == Settings()


def test_with_every_line_uncommented_the_file_sets_exactly_the_defaults(tmp_path: Path) -> None:
    """Each default that it shows is the true one, in TOML that can be read."""
    path = tmp_path / "ostiary.toml"
    text, uncommented = SETTING.subn("", FILE.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")

    assert load_settings(path, environment={"HOME": "/nobody"}, system=False) == Settings()
    assert uncommented == len(all_settings())


def test_every_setting_is_explained() -> None:
    """A setting without a sentence cannot be set by anybody but its author."""
    assert [setting.path for setting in all_settings() if len(setting.description) < 8] == []
