"""What every command gets: the settings, read when first asked for, and the core built on them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from edge.config import Settings, load_settings
from edge.logs.setting_up import set_up

if TYPE_CHECKING:
    from edge.core import Core


class Program:
    """One run of ``ostiary``. The core loads networks and databases, so it is imported late."""

    def __init__(self, config: Path | None) -> None:
        self._config = config

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if "core" in self.__dict__:
            self.core.close()

    @property
    def config(self) -> Path | None:
        """The settings file that was named on the command line; a child is given the same."""
        return self._config

    @cached_property
    def settings(self) -> Settings:
        """The settings; from here on the log is as they want it.

        :raises ConfigError: if they are wrong.
        """
        settings = load_settings(self._config)
        set_up(style=settings.log.format, personal=settings.log.personal)
        return settings

    @cached_property
    def core(self) -> Core:
        """The parts all programs share."""
        from edge.core import Core  # noqa: PLC0415 - seconds that `--help` need not wait for

        return Core(self.settings)


pass_program = click.make_pass_decorator(Program)
