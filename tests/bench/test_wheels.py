"""The list of wheels is that of what is installed, for the machine that is meant."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from wheels import Target, pins, unwanted


@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_a_raspberry_pi_has_evdev_from_debian(python: str) -> None:
    """Its package for keyboards has no wheel there, and none is asked for."""
    assert unwanted(Target("aarch64", python)) == {"evdev-binary"}
    assert unwanted(Target("x86_64", python)) == set()


def test_every_package_is_asked_for_at_the_version_that_is_installed() -> None:
    """A newer wheel than the pinned one would prove nothing."""
    loose = [str(pin) for pin in pins() if not str(pin.specifier).startswith("==")]

    assert loose == ["setuptools>=77"]


def test_a_wheel_may_ask_for_what_the_oldest_debian_has_and_no_more() -> None:
    """Debian 12, the oldest that we run on, has glibc 2.36."""
    options = Target("aarch64", "3.11").options

    assert "--only-binary=:all:" in options
    assert "--platform=manylinux_2_36_aarch64" in options
    assert "--platform=manylinux_2_37_aarch64" not in options
