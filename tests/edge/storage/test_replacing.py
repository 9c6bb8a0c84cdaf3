from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from edge.errors import InUseError, StorageError
from edge.storage.replacing import (
    Change,
    draft_of,
    finish,
    is_unfinished,
    replace_all,
    staging,
    write_secret,
)
from edge.storage.using import hold_alone, hold_with_others


class PowerCutError(BaseException):
    """Stands for the end of a process at the worst moment."""


OLD = {"one": "old one", "two": "old two", "going": "old three"}
NEW = {"one": "new one", "two": "new two", "coming": "new four"}
ALL_NEW = NEW | {"key": "new key"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with three files, the key apart in another folder."""
    (tmp_path / "keys").mkdir()
    for name, text in OLD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def staged(folder: Path) -> list[Change]:
    """Write the drafts, and return the changes."""
    return [
        *(write_secret(folder / name, text) for name, text in NEW.items()),
        write_secret(folder / "keys" / "key", "new key"),
        Change(folder / "going", goes=True),
    ]


def contents(folder: Path) -> dict[str, str]:
    """Return what is in all files that are not hidden."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def hidden(folder: Path) -> list[Path]:
    """Return what was left behind."""
    return [path for path in folder.rglob(".*") if path.name != ".in-use"]


def test_all_are_replaced(folder: Path) -> None:
    """New, changed and gone; nothing is left behind, and a secret is its owner's."""
    replace_all(folder, staged(folder))

    assert contents(folder) == ALL_NEW
    assert hidden(folder) == []
    assert (folder / "keys" / "key").stat().st_mode & 0o777 == 0o600


def _dying_at(number: int, call: Callable[..., Any], calls: list[int]) -> Callable[..., Any]:
    def dying(*arguments: Any, **more: Any) -> Any:
        calls.append(0)
        if len(calls) == number:
            raise PowerCutError
        return call(*arguments, **more)

    return dying


def test_wherever_it_is_cut_off_it_is_all_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off before each step that touches the disk: who comes next finds the old or the new."""
    seen, number, was_cut = set[str](), 0, True
    while was_cut:
        number += 1
        folder = tmp_path / str(number)
        (folder / "keys").mkdir(parents=True)
        for name, text in OLD.items():
            (folder / name).write_text(text, encoding="utf-8")
        changes, calls = staged(folder), list[int]()
        with monkeypatch.context() as patched:
            for name in ("replace", "unlink", "open"):
                patched.setattr(Path, name, _dying_at(number, getattr(Path, name), calls))
            patched.setattr(os, "fsync", _dying_at(number, os.fsync, calls))
            with suppress(PowerCutError):
                replace_all(folder, changes)
        was_cut = len(calls) >= number
        counted = is_unfinished(folder)
        before = contents(folder)
        finish(folder)

        found = contents(folder)
        assert found in (OLD, ALL_NEW)
        assert not counted or found == ALL_NEW
        with staging(folder, [change.target for change in changes]):
            pass
        left = {path.name for path in hidden(folder)}
        assert not {name for name in left if not name.startswith(".replacing.")}
        seen.add("old" if before == OLD else "new" if before == ALL_NEW else "between")
    assert found == ALL_NEW
    assert seen == {"old", "between", "new"}
    assert number > 20


def test_a_draft_that_is_missing_changes_nothing(folder: Path) -> None:
    """What cannot be read before it counts does not count."""
    changes = staged(folder)
    draft_of(folder / "two").unlink()

    with pytest.raises(StorageError, match="cannot be written"):
        replace_all(folder, changes)

    assert contents(folder) == OLD


def test_who_holds_it_alone_holds_it_alone(tmp_path: Path) -> None:
    """A door that runs keeps everything in its place, and one that starts waits."""
    with (
        hold_with_others(tmp_path),
        hold_with_others(tmp_path),
        pytest.raises(InUseError, match=r"another program.*Stop the door"),
    ):
        hold_alone(tmp_path)
    with hold_alone(tmp_path):
        with pytest.raises(InUseError, match="being replaced"):
            hold_with_others(tmp_path, patience=0.01)
        with pytest.raises(InUseError):
            hold_alone(tmp_path)
    with hold_with_others(tmp_path):
        pass


def test_whoever_comes_next_finishes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that opens the folder finds everything in its place."""
    changes = staged(folder)
    with monkeypatch.context() as patched:
        patched.setattr("edge.storage.replacing._carry_out", _dying_at(2, lambda _: None, []))
        with pytest.raises(PowerCutError):
            replace_all(folder, changes)
    assert is_unfinished(folder)

    with hold_with_others(folder):
        assert contents(folder) == ALL_NEW
        assert hidden(folder) == []


def test_a_folder_that_cannot_be_held_is_told_by_who_opens_it(tmp_path: Path) -> None:
    """Where there is a file in the folder's place, the first database tells so."""
    (tmp_path / "data").write_text("in the way", encoding="utf-8")

    with hold_with_others(tmp_path / "data"):
        pass
    with pytest.raises(StorageError, match="cannot be written"):
        hold_alone(tmp_path / "data")


def test_a_disk_that_fails_in_the_midst_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the new files count their drafts are the only copies: they stay until they are moved."""

    def failing(change: Change) -> None:
        raise OSError(5, "Input/output error", str(change.target))

    with monkeypatch.context() as patched:
        patched.setattr("edge.storage.replacing._carry_out", failing)
        targets = [folder / name for name in NEW]
        with pytest.raises(StorageError, match="Input/output"), staging(folder, targets):
            replace_all(folder, staged(folder))
    assert contents(folder) == OLD

    finish(folder)

    assert contents(folder) == ALL_NEW
