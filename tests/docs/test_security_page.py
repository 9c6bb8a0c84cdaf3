"""The page for whoever found a hole: nothing on it is made up."""

from __future__ import annotations

import re
import tomllib

import click

from edge.__main__ import main_group
from tests.docs.pages import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_the_supported_version_is_the_one_that_this_is() -> None:
    """By its first two numbers; and the program tells its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    number = ".".join(project["version"].split(".")[:2])

    assert f"| {number}, the newest | yes |" in TEXT
    assert "version" in {option.name for option in main_group.params}


def test_what_is_to_be_typed_exists() -> None:
    """Commands of ours, and of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for words in re.findall(r"`ostiary ([a-z]+)", TEXT):
        assert main_group.get_command(click.Context(main_group), words) is not None, words
    targets = re.findall(r"`make (\w+)", TEXT)
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_nobody_is_named_who_does_not_exist() -> None:
    """No address and no person: whoever passes Ostiary on is whom to tell."""
    assert "@" not in TEXT
    assert "http" not in TEXT


def test_links_lead_somewhere() -> None:
    """From here and from the page about what it is made of; and the front page leads here."""
    for page in (ROOT / "SECURITY.md", ROOT / "firmware_config/supply/README.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), link
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
