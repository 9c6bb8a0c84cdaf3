"""Where backups go, and for how long they stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from edge.config.kinds import STRICT, OptionalPath, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """Where backups go, and for how long they stay."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    folder: Annotated[
        OptionalPath,
        Field(
            description="Folder of the backups, best on another disk or machine; empty for "
            '"backups" in storage.folder. Several doors may share it.'
        ),
    ] = None
    keep: Annotated[
        Whole,
        Field(ge=1, le=10_000, description="So many backups are kept; older ones are removed."),
    ] = 14
    keep_days: Annotated[
        Whole,
        Field(
            ge=0,
            le=36_500,
            description="Backups older than this are removed, too, but for the newest three; 0 "
            "keeps them for any time. Whoever is erased is in the old ones until then.",
        ),
    ] = 30
