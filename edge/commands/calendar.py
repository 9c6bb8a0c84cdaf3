"""Days on the command line, as people write them: 2026-12-31."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from edge.days import beginning_of, end_of
from edge.errors import CollectionError


class Day(click.ParamType[datetime | None]):
    """A day, given as the moment that *moment_of* finds for it."""

    name = "YYYY-MM-DD"

    def __init__(self, moment_of: Callable[[str], datetime | None]) -> None:
        self._moment_of = moment_of

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | None:
        """Return the moment, aware and local."""
        if isinstance(value, datetime):
            return value
        try:
            return self._moment_of(value)
        except CollectionError as error:
            self.fail(f"{error}", param, ctx)


FIRST_DAY = Day(beginning_of)
LAST_DAY = Day(end_of)
"""The moment after it: a last day is good until its end."""

believe_clock_option = click.option(
    "--believe-clock",
    is_flag=True,
    help="The clock is right, though it went forward by a month or more of late.",
)
