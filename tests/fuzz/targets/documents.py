"""Documents that people write: settings, rules, their preview of a story, formats of cards, keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path

from edge.access.document import from_json, from_toml, to_json, to_toml
from edge.access.hours_text import hours_from_text, minute_from_text, weekly_from_text
from edge.access.recurrence import Recurrence
from edge.access.rules import Rules
from edge.announcing.signing import read_keys
from edge.config import load_settings
from edge.days import beginning_of, end_of
from edge.errors import ConfigError, ModelError, OstiaryError, RulesError, ScenarioError
from edge.readers import BadgeNumbers, card_formats
from edge.readers.badge_numbers import Writing
from edge.simulation.reading import read_scenario
from edge.storage.key import load_key
from edge.storage.sealing import RecoveryPublic
from edge.storage.signing import PublicKey, SigningKey, load_or_create_signing_key
from edge.vision.card import read_card
from tests.edge.access.sites import DOCUMENT
from tests.fuzz.target import Target, Try, alone

ROOT = Path(__file__).parents[3]


def _file(
    name: str, read: Callable[[Path], object]
) -> Callable[[Path], AbstractContextManager[Try]]:
    @contextmanager
    def opened(folder: Path) -> Iterator[Try]:
        path = folder / name

        def once(data: bytes) -> None:
            path.write_bytes(data)
            read(path)

        yield once

    return opened


def _settings(path: Path) -> None:
    load_settings(path, environment={"HOME": "/nowhere"}, system=False)


@cache
def settings_seeds() -> tuple[bytes, ...]:
    """Return the settings that are shipped: all of them, and those of the example sites."""
    files = sorted((ROOT / "firmware_config").rglob("*.toml"))
    return tuple(file.read_bytes() for file in files)


def _rules(data: bytes) -> None:
    text = data.decode(errors="replace")
    ruleset = from_toml(text)
    assert from_toml(to_toml(ruleset)) == ruleset
    assert from_json(to_json(ruleset)) == ruleset
    assert to_json(from_toml(to_toml(ruleset))) == to_json(ruleset)


def _rules_json(data: bytes) -> None:
    ruleset = from_json(data.decode(errors="replace"))
    assert from_json(to_json(ruleset)) == ruleset
    assert from_toml(to_toml(ruleset)) == ruleset
    Rules(ruleset)


@cache
def rules_seeds() -> tuple[bytes, ...]:
    """Return the rules of the tests' site, and those that are shipped."""
    return DOCUMENT.encode(), (ROOT / "firmware_config/rules.toml").read_bytes()


def _recurrence(data: bytes) -> None:
    rule = Recurrence(data.decode(errors="replace"), date(2024, 2, 29))
    for year in (2024, 2026, 2100, 9998):
        days = rule.days(year)
        assert list(days) == sorted(set(days))
        assert all(day.year == year for day in days)


def _hours(data: bytes) -> None:
    text = data.decode(errors="replace")
    for read in (minute_from_text, hours_from_text, weekly_from_text, beginning_of, end_of):
        try:
            read(text)
        except (ValueError, RulesError):
            continue
        except Exception as error:
            if type(error).__name__ != "CollectionError":
                raise


def _card_formats(data: bytes) -> None:
    formats = card_formats(data.decode(errors="replace"))
    for writing in Writing:
        try:
            BadgeNumbers(formats, writing)
        except ValueError:
            continue


@contextmanager
def _keys(folder: Path) -> Iterator[Try]:
    """Read *data* as each kind of key that lies in a file of its own."""
    path = folder / "key"
    path.touch(mode=0o600)

    def read(data: bytes) -> None:
        path.write_bytes(data)
        for of in (
            lambda: PublicKey.from_pem(data),
            lambda: load_or_create_signing_key(path),
            lambda: read_keys(path),
            lambda: RecoveryPublic.read(path),
            lambda: load_key(path, databases=()),
        ):
            with suppress(OstiaryError):
                of()

    yield read


_TOML = (
    b"[door]\n",
    b"[[a]]\n",
    b"= ",
    b"{ ",
    b" }",
    b"inf",
    b"nan",
    b"1979-05-27T07:32:00Z",
    b"07:00",
    b"0x1",
    b"0" * 5000,
    b'"""',
    b"'''",
    b"\\u0000",
    b"\\uD800",
    b"a.b.c = 1\n",
)
_RRULE = (
    b"FREQ=YEARLY",
    b"FREQ=MONTHLY",
    b"FREQ=WEEKLY",
    b"FREQ=DAILY",
    b";INTERVAL=1000",
    b";COUNT=1000",
    b";UNTIL=99991231",
    b";BYDAY=-53SU",
    b";BYSETPOS=-366",
    b";BYMONTHDAY=31",
    b";BYWEEKNO=53",
    b";BYYEARDAY=366",
    b";BYMONTH=2",
    b";WKST=SU",
    b"RRULE:",
)

TARGETS = (
    Target(
        "settings",
        "the settings file",
        _file("ostiary.toml", _settings),
        settings_seeds,
        (ConfigError,),
        _TOML,
    ),
    Target("rules", "rules in TOML", alone(_rules), rules_seeds, (RulesError,), _TOML + _RRULE),
    Target(
        "rules-json",
        "rules in JSON",
        alone(_rules_json),
        lambda: tuple(to_json(from_toml(each.decode())).encode() for each in rules_seeds()),
        (RulesError,),
        _RRULE,
    ),
    Target(
        "recurrence",
        "recurring days (RFC 5545)",
        alone(_recurrence),
        lambda: (
            b"FREQ=WEEKLY;INTERVAL=2;BYDAY=SA",
            b"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            b"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1;COUNT=1000",
            b"FREQ=YEARLY;BYWEEKNO=53;UNTIL=20991231",
        ),
        (ValueError,),
        _RRULE,
    ),
    Target(
        "hours",
        "hours and days as people write them",
        alone(_hours),
        lambda: (
            b"07:00-19:00",
            b"Mon-Fri 07:00-19:00",
            "Sat,Sun 22:00–06:00".encode(),
            b"2026-12-31",
        ),
        words=(b"24:00", b"-", b",", b"Mon"),
    ),
    Target(
        "scenario",
        "a story for the simulation",
        _file("story.toml", read_scenario),
        lambda: tuple(
            file.read_bytes() for file in sorted((ROOT / "docs/scenarios").glob("*.toml"))[::6]
        ),
        (ScenarioError, RulesError),
        _TOML,
    ),
    Target(
        "card-format",
        "formats of cards in one line",
        alone(_card_formats),
        lambda: (b"26", b"26;34;37", b"26 facility=2-9 number=10-25 even=1:2-13 odd=26:14-25"),
        (ValueError,),
        (b"zero=", b"one=", b"ignored=", b"999"),
    ),
    Target(
        "embedder-card",
        "the card of a user's own embedder",
        _file("card.toml", read_card),
        lambda: (
            b'name = "m"\nfile = "m.tflite"\nsha256 = "'
            + b"a" * 64
            + b'"\nlicence = "MIT"\ninput_size = 112\nchannel_order = "RGB"\nmean = 127.5\nscale = 0.0078125\ndimension = 128\ntemplate = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]]\n[calibration]\ncosine = [-1.0, 0.3, 1.0]\nlog10_fmr = [0.0, -2.0, -14.0]\nprovenance = "x"\n',
        ),
        (ModelError,),
        _TOML,
    ),
    Target(
        "keys",
        "public keys and keys of webhooks",
        _keys,
        lambda: (SigningKey.random().public.pem.encode(), b"whsec_" + b"A" * 44),
        words=(b"-----BEGIN PUBLIC KEY-----\n", b"-----END PUBLIC KEY-----"),
    ),
)
