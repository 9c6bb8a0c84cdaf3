"""Every text of the pages with a camera in every language, whole and with its blanks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import enroll
from enroll.accounts import Role
from enroll.language import CATALOGUES, LANGUAGES
from tests.enroll.conftest import House

ROOT = Path(enroll.__file__).parent
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
BLANK = re.compile(r"%\(\w+\)s|%%|\{\d\}")


def texts() -> set[str]:
    """Return every text that the code and pages of the kiosk and of liveness sessions say."""
    found: set[str] = set()
    for pattern, method in (
        ("kiosk/*.py", "python"),
        ("templates/kiosk/*.html", "jinja2.ext:babel_extract"),
        ("liveness/*.py", "python"),
        ("templates/liveness/*.html", "jinja2.ext:babel_extract"),
    ):
        for path in ROOT.glob(pattern):
            for _line, message, _comments, _context in extract_from_file(
                method, path, keywords={"_": None}
            ):
                assert isinstance(message, str)
                found.add(message)
    return found


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing(language: str) -> None:
    """Every text is translated, none is left over, and each has the blanks of the original."""
    with (CATALOGUES / f"{language}.po").open("rb") as source:
        catalogue = {
            str(message.id): str(message.string)
            for message in read_po(source, locale=language)
            if message.id
        }
    assert set(catalogue) == texts()
    for original, translation in catalogue.items():
        assert translation.strip(), original
        assert sorted(BLANK.findall(translation)) == sorted(BLANK.findall(original)), original


@pytest.mark.parametrize("language", LANGUAGES)
def test_speaking(house: House, language: str) -> None:
    """The kiosk speaks what was chosen, says so to screen readers, and forgets it with the visit."""
    browser = house.signed_in(Role.ENROLLER)
    browser.send("/kiosk/open", page="/kiosk")
    browser.send("/kiosk/language", {"language": language}, page="/kiosk")
    page = browser.get("/kiosk").text
    assert f'<html lang="{language}">' in page
    welcome = {
        "en": "Welcome",
        "de": "Willkommen",
        "es": "Bienvenida y bienvenido",
        "fr": "Bienvenue",
    }
    assert f">{welcome[language]}</h1>" in page
    browser.send("/kiosk/leave", page="/kiosk")
    assert '<html lang="en">' in browser.get("/kiosk").text


def test_the_language_of_the_browser(house: House) -> None:
    """Nobody has chosen yet: what the browser asks for is spoken, if it can be."""
    browser = house.signed_in(Role.ENROLLER)
    browser.send("/kiosk/open", page="/kiosk")
    for asked, spoken in (("fr-CA,fr;q=0.9", "fr"), ("pt-BR", "en"), ("de", "de")):
        page = browser.get("/kiosk", headers={"Accept-Language": asked}).text
        assert f'<html lang="{spoken}">' in page
    browser.send("/kiosk/language", {"language": "../../etc"}, page="/kiosk")
    assert '<html lang="en">' in browser.get("/kiosk").text
