"""The one list of all targets, for the tests and for ``bench/fuzz.py``."""

from __future__ import annotations

from tests.fuzz.target import Target
from tests.fuzz.targets import documents, files, network, pages, readers

TARGETS: dict[str, Target] = {
    target.name: target for room in (files, documents, readers, network, pages) for target in room.TARGETS
}
