"""axe-core, run on a page as it stands: what a screen reader or a keyboard would stumble over."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.10.3"

GRAVE = {"serious", "critical"}


@cache
def axe_core() -> str:
    """Return the script, fetched once into the cache of the tests; skip where there is no npm."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "ostiary-tests" / f"axe-core-{VERSION}"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    npm = shutil.which("npm")
    if not script.exists():
        if npm is None:
            pytest.skip("no axe-core: npm is not installed")
        subprocess.run(
            [npm, "install", "--no-save", "--prefix", str(folder), f"axe-core@{VERSION}"],
            check=False,
            capture_output=True,
        )
    if not script.exists():
        pytest.skip("no axe-core: npm cannot fetch it")
    return script.read_text(encoding="utf-8")


def grave_issues(page: Page) -> list[str]:
    """Return every serious or critical issue of *page*, with the elements that have it."""
    page.evaluate(axe_core())
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [
        f"{issue['id']} ({issue['impact']}): {issue['help']}: "
        + "; ".join(node["html"] for node in issue["nodes"])
        for issue in found["violations"]
        if issue["impact"] in GRAVE
    ]
