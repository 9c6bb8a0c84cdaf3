"""What a page of the documentation names, so that tests can see whether it is there."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_FILE = re.compile(r"`((?:[\w-]+/)+[\w.-]+\.(?:html|md|py|service|sh|sql|timer|toml|txt))`")
_COMMAND = re.compile(r"`ostiary ([a-z][a-z -]*)")


@dataclass(frozen=True, slots=True)
class Page:
    """A page below ``docs``, by its name there."""

    name: str

    @property
    def text(self) -> str:
        return (ROOT / "docs" / self.name).read_text(encoding="utf-8")

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The file, below ``tests``, and the name of each test, as often as it is named."""
        return _TEST.findall(self.text)

    @property
    def missing_tests(self) -> list[str]:
        """Those that do not exist."""
        return [f"{file}::{name}" for file, name in self.tests if name not in names_in(file)]

    @property
    def missing_files(self) -> list[str]:
        """Files and linked pages that do not exist."""
        files = [*_FILE.findall(self.text), *(f"docs/{link}" for link in _LINK.findall(self.text))]
        assert files, f"docs/{self.name} names no file at all"
        return [file for file in files if not (ROOT / file).exists()]

    @property
    def commands(self) -> list[tuple[str, ...]]:
        """The commands of ``ostiary``, word by word."""
        return [tuple(told.split(" --")[0].split()) for told in _COMMAND.findall(self.text)]

    def rows(self, heading: str) -> list[tuple[str, ...]]:
        """The cells of the rows of the first table below *heading*, without its two first lines."""
        below = self.text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
        lines = [line for line in below.splitlines() if line.startswith("|")]
        return [tuple(cell.strip() for cell in line[1:-1].split("|")) for line in lines[2:]]


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the tests in *file* below ``tests``; none if there is no such file."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
