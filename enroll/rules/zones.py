"""The time zones that a form offers: cities of the IANA database, without its old and odd names."""

from __future__ import annotations

from zoneinfo import available_timezones

_CONTINENTS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)

ZONES = ("UTC", *sorted(each for each in available_timezones() if each.startswith(_CONTINENTS)))
