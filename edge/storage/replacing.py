"""Several files are replaced together: all of them, or, whenever the power is cut, none.

Each new file is written beside the one it replaces. Then a list of them appears, in one step: from
that moment on they count, and whoever comes next moves what has not been moved yet. What was there
before stands aside until everything is in its place.

Whatever was cut off leaves no copy of anybody, nor a key: another list tells what is being written
before it is, so that whoever comes next removes what will not count.

Whoever does this holds the folder alone; see ``using.py``.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge.errors import StorageError
from edge.storage.files import make_folder, sync
from edge.storage.names import DRAFTS_FILE, PLAN_FILE

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """*target* gets what lies in its draft, or goes if it *goes*."""

    target: Path
    goes: bool = False

    @property
    def draft(self) -> Path:
        """Where the new content of the target is written first."""
        return draft_of(self.target)

    @property
    def aside(self) -> Path:
        """Where the old content stands meanwhile."""
        return self.target.with_name(f".{self.target.name}.old")


def draft_of(target: Path) -> Path:
    """Return where new content of *target* is written: beside it, on the same disk."""
    return target.with_name(f".{target.name}.new")


def replace_all(folder: Path, changes: Sequence[Change]) -> None:
    """Carry out all of *changes*, or none, for what is kept in *folder*.

    :raises StorageError: if they cannot be written; nothing is changed then, or, once they count, the
        next program finishes them.
    """
    try:
        for change in changes:
            if not change.goes:
                _hand_over(change.draft, folder)
                sync(change.draft)
        _sync_folders(change.target for change in changes)
        _write(
            folder / PLAN_FILE,
            [{"target": str(change.target), "goes": change.goes} for change in changes],
        )
    except OSError as error:
        raise _unwritten(folder, error) from error
    finish(folder)


def write_secret(target: Path, text: str) -> Change:
    """Write *text* as the draft of *target*, readable by its owner alone, and return the change.

    :raises OSError: if it cannot be written.
    """
    change = Change(target)
    make_folder(target.parent, mode=0o700)
    change.draft.unlink(missing_ok=True)
    descriptor = os.open(change.draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return change


def share(path: Path, folder: Path) -> None:
    """Let whoever may write *folder* write the file *path*: door and pages may be two users.

    :raises OSError: if it cannot be done.
    """
    path.chmod(0o600 | (stat.S_IMODE(folder.stat().st_mode) & 0o060))


def is_half_replaced(folder: Path) -> bool:
    """Tell whether somebody was cut off who moved files into *folder*: nobody may open it yet."""
    return os.path.lexists(folder / PLAN_FILE)


def is_unfinished(folder: Path) -> bool:
    """Tell whether somebody was cut off who replaced what is kept in *folder*, or wanted to."""
    return is_half_replaced(folder) or os.path.lexists(folder / DRAFTS_FILE)


def finish(folder: Path) -> bool:
    """Finish what was cut off in *folder*, if anything; tell whether there was.

    :raises StorageError: if it cannot be finished.
    """
    if not is_unfinished(folder):
        return False
    try:
        if is_half_replaced(folder):
            changes = _read(folder / PLAN_FILE)
            for change in changes:
                _carry_out(change)
            _sync_folders(change.target for change in changes)
            for change in changes:
                change.aside.unlink(missing_ok=True)
            # The list goes last: with it nobody would know of what stands aside, a key perhaps.
            _sync_folders(change.target for change in changes)
            (folder / PLAN_FILE).unlink()
            sync(folder)
        _drop_drafts(folder)
    except OSError as error:
        raise _unwritten(folder, error) from error
    return True


@contextmanager
def staging(folder: Path, targets: Sequence[Path]) -> Iterator[None]:
    """Let drafts of *targets* be written inside; whatever does not come to count leaves none.

    :raises OSError: if it cannot be told what is being written, or drafts cannot be removed.
    """
    _write(folder / DRAFTS_FILE, [str(target) for target in targets])
    _remove_drafts(targets)
    try:
        yield
    finally:
        # Once the list is there the drafts are the only copies: what could not be moved yet must stay.
        if not is_half_replaced(folder):
            _drop_drafts(folder)


def _drop_drafts(folder: Path) -> None:
    """Remove whatever was being written, if anything, then the list of it."""
    listed = folder / DRAFTS_FILE
    if not os.path.lexists(listed):
        return
    try:
        targets = [Path(each) for each in json.loads(listed.read_text(encoding="utf-8"))]
    except (ValueError, TypeError):
        # Nothing that counts depends on it: a door that does not start would be worse.
        log.warning("%s is damaged: copies that do not count may be left beside it", listed)
    else:
        _remove_drafts(targets)
    listed.unlink()


def _remove_drafts(targets: Sequence[Path]) -> None:
    """Remove the drafts of *targets*, with what SQLite left beside them.

    And those of :func:`edge.storage.files.appearing_whole`: where power was cut, one may be a second
    name of the file that is replaced now, of a key for instance.
    """
    left = [
        path
        for each in targets
        for path in each.parent.glob(f".{each.name}.*")
        if path != Change(each).aside
    ]
    for path in left:
        path.unlink(missing_ok=True)
    _sync_folders(left)


def _carry_out(change: Change) -> None:
    """Move the target aside and the draft into its place; each step may have been taken before."""
    if not change.goes and not change.draft.exists():
        return
    with suppress(FileNotFoundError):
        change.target.replace(change.aside)
    if not change.goes:
        change.draft.replace(change.target)


def _hand_over(path: Path, folder: Path) -> None:
    """Give a file that root wrote to whom the folder belongs: the services are not root."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _write(path: Path, listed: Sequence[object]) -> None:
    """Let a list appear, in one step; on return it survives a power cut."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("x", encoding="utf-8") as file:
            json.dump(listed, file)
        sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def _read(path: Path) -> tuple[Change, ...]:
    try:
        return tuple(
            Change(Path(each["target"]), goes=each["goes"])
            for each in json.loads(path.read_text(encoding="utf-8"))
        )
    except (ValueError, TypeError, KeyError) as error:
        raise StorageError(
            f"{path} is damaged, which lists the files that were being replaced",
            remedy="Put the last backup back onto an empty folder: `ostiary restore`.",
        ) from error


def _sync_folders(paths: Iterable[Path]) -> None:
    """Make the names of *paths* survive a power cut."""
    for folder in {path.parent for path in paths}:
        sync(folder)


def _unwritten(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{error.filename or folder} cannot be written: {error.strerror}",
        remedy="Free space, or run this as the user who owns the folder.",
    )
