"""The one list of all targets, for the tests and for ``bench/fuzz.py``."""

from __future__ import annotations

from tests.fuzz.target import Target
from tests.fuzz.targets import api, documents, files, network, osdp, pages, readers, sealed

TARGETS: dict[str, Target] = {
    target.name: target
    for room in (files, sealed, documents, readers, osdp, network, api, pages)
    for target in room.TARGETS
}
