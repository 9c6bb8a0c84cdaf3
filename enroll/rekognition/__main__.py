"""Writes the table of operations into ``docs/rekognition.md``."""

from __future__ import annotations

from pathlib import Path

from enroll.rekognition.table import rewrite

rewrite(Path(__file__).parents[2] / "docs" / "rekognition.md")
