"""Scripts and Amazon's command line, run as a user runs them, against a real appliance."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from enroll.rekognition.keys import AccessKey
from tests.appliance import Appliance, appliance, buckets, running

__all__ = ["appliance", "buckets", "running"]  # fixtures

EXAMPLES = Path(__file__).parents[2] / "docs/examples"


@dataclass(frozen=True)
class Terminal:
    """A shell of somebody who has a key, and nothing configured but by its environment."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )

    def without(self, *names: str) -> Terminal:
        """Return a terminal whose environment lacks *names*."""
        left = {name: value for name, value in self.environment.items() if name not in names}
        return Terminal(self.folder, left)


def terminal(
    folder: Path, appliance: Appliance, key: tuple[AccessKey, str], certificate: str | None = None
) -> Terminal:
    """Return a terminal with *key*; with *certificate* as what vouches for the appliance."""
    access, secret = key
    (folder / "home").mkdir()
    return Terminal(
        folder,
        {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(folder / "home"),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": access.key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_ENDPOINT_URL_REKOGNITION": appliance.url,
            "AWS_CA_BUNDLE": certificate or str(appliance.certificate),
        },
    )


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Give an empty folder."""
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder
