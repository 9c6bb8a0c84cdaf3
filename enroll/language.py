"""The languages of the kiosk: whoever stands before it chooses one, and it is forgotten after her.

Catalogues are kept as text (``translations/*.po``) and compiled in memory: nothing is generated
that could be older than its source. Whatever a catalogue lacks is said in English; a test sees to
it that nothing does.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request, session
from flask_babel import Babel, Domain, get_locale, gettext

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
}
"""By code, each in its own name."""

CATALOGUES = Path(__file__).parent / "translations"

_CHOSEN = "language"


class Catalogues(Domain):  # type: ignore[misc] # flask-babel has no types
    """The texts of one folder of ``.po`` files."""

    def get_translations(self) -> NullTranslations:
        """Return the texts in the language of this request."""
        return catalogue(get_locale().language)


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the texts of *language*, compiled; for English the texts as they stand in the code."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def speak(app: Flask) -> None:
    """Let *app* speak the language that was chosen, or one that the browser asks for."""
    babel = Babel(app, locale_selector=_language)
    babel.domain_instance = Catalogues()


def choose(language: str) -> None:
    """Speak *language*, if it is one of :data:`LANGUAGES`, until :func:`forget`."""
    if language in LANGUAGES:
        session[_CHOSEN] = language


def forget() -> None:
    """Speak the browser's language again."""
    session.pop(_CHOSEN, None)


def current() -> str:
    """Return the code of the language of this request."""
    return str(get_locale().language)


def say(text: str, **values: object) -> str:
    """Return *text* in the language of this request, with *values* in place of ``%(name)s``."""
    return str(gettext(text, **values))


def _language() -> str:
    chosen: str | None = session.get(_CHOSEN)
    return chosen or request.accept_languages.best_match(list(LANGUAGES)) or "en"
