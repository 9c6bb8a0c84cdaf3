"""Supply is a folder of programs, not a package: they find their neighbours as Python does."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "firmware_config" / "supply"))
