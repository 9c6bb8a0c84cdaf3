"""What every log call of the house keeps to, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.test_architecture import ROOT, modules

CALLS = frozenset(("debug", "info", "warning", "warn", "error", "exception", "critical", "log"))

TELLING = frozenset(
    (
        "badge", "card", "decision", "embedding", "evidence", "external_id", "external_image_id",
        "match", "person", "person_id", "pin", "secret", "shown", "source", "password", "token",
        "username",
    )
)  # fmt: skip
"""Names of what tells who somebody is, or is a secret; a key's *fingerprint* is neither."""

CONFIGURING = "edge.logs.setting_up"


def calls_of(module: str) -> Iterator[ast.Call]:
    """Every call in *module* of a method that is named like one of a logger's, on a logger."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if node.func.attr in CALLS and name in {"log", "_log", "logger", "seldom", "_seldom"}:
            yield node


def names_in(node: ast.expr) -> set[str]:
    """The last word of every name in an argument, unless it is marked as personal."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Personal":
        return set()
    found = {node.attr} if isinstance(node, ast.Attribute) else set()
    if isinstance(node, ast.Name):
        found = {node.id}
    for child in ast.iter_child_nodes(node):
        # Of `person.age` the last word tells what is told.
        if isinstance(child, ast.expr) and not isinstance(node, ast.Attribute):
            found |= names_in(child)
    return found


@pytest.mark.parametrize("module", modules())
def test_no_line_is_made_of_who_somebody_is(module: str) -> None:
    """What is marked (edge.logs.personal) is left to the settings; nothing else may be there."""
    for call in calls_of(module):
        told = set().union(*(names_in(each) for each in call.args[1:]), set())
        assert not told & TELLING, f"{module}:{call.lineno}"
        text = call.args[0] if call.args else None
        made = isinstance(text, ast.JoinedStr | ast.BinOp | ast.Call)
        assert not made, f"{module}:{call.lineno} puts its text together by itself"


@pytest.mark.parametrize("module", modules())
def test_one_place_sets_the_log_up(module: str) -> None:
    """A second one would print what the first withholds."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    names = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    if module not in {CONFIGURING, "edge.logs.journal"}:
        assert not names & {"basicConfig", "addHandler", "StreamHandler", "print_exc"}


def test_there_are_calls_to_look_at() -> None:
    """The tests above can fail."""
    assert sum(len(list(calls_of(module))) for module in modules()) > 80
