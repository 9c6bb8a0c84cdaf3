"""Watches what a program does to a folder, and writes it down as steps of a disk.

Databases are watched from below: between SQLite with its encryption and the operating system stands a
VFS of apsw that writes down every write and sync. Other files are watched through the functions of
:mod:`os` that name and sync; what was written to them meanwhile is found by comparing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import apsw

from tests.power.disk import (
    ROOT,
    Image,
    Made,
    Named,
    Resized,
    Said,
    Step,
    Synced,
    Written,
    apply,
)

VOLATILE = "-shm"
"""SQLite's shared memory: a file whose content means nothing once all processes have gone."""

_JOURNALS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
"""Of these SQLite syncs the folder, too, when it first syncs one it may have made (os_unix.c,
UNIXFILE_DIRSYNC)."""


class Recorder:
    """The steps that were done to the folder *root*, which holds what is safely on the disk.

    With *deaf* it does not hear that anything is to be synced: a disk that keeps no promise.
    """

    def __init__(self, root: Path, *, deaf: bool = False) -> None:
        self.root = root
        self.steps: list[Step] = []
        self._deaf = deaf
        self._files: dict[int, bytearray] = {}
        self._folders: dict[int, dict[str, int]] = {ROOT: {}}
        self._seen: dict[int, tuple[int, int, int]] = {}
        self._next = ROOT + 1
        self.notice()
        self.before = Image(
            {node: bytes(content) for node, content in self._files.items()},
            {node: dict(names) for node, names in self._folders.items()},
        )
        self.steps.clear()

    def say(self, text: str) -> None:
        """Write down that the program said *text*."""
        self.notice()
        self.steps.append(Said(text))

    def do(self, step: Step) -> None:
        """Write *step* down."""
        if not (self._deaf and isinstance(step, Synced)):
            self.steps.append(step)
        apply(step, self._files, self._folders)

    def node(self, path: str | Path) -> int | None:
        """Return the number of what is at *path*, or None outside the folder, or if there is nothing."""
        found = self.place(path)
        if found is None:
            return ROOT if Path(path) == self.root else None
        return self._folders[found[0]].get(found[1])

    def place(self, path: str | Path) -> tuple[int, str] | None:
        """Return the folder of *path* and its name in it, or None outside of *root*."""
        try:
            *above, name = Path(path).relative_to(self.root).parts
        except ValueError:
            return None
        folder = ROOT
        for part in above:
            folder = self._folders[folder][part]
        return folder, name

    def notice(self) -> None:
        """Find what was made and written since the last time, but for what is watched from below."""
        self._look_at(self.root, ROOT)

    def is_complete(self) -> bool:
        """Tell whether all that was written down makes what is really there."""
        self.notice()
        image = Image(
            {node: bytes(content) for node, content in self._files.items()}, self._folders
        )
        there = {
            str(path.relative_to(self.root)): path.read_bytes() if path.is_file() else None
            for path in self.root.rglob("*")
            if not path.name.endswith(VOLATILE)
        }
        return dict(image.under()) == there

    def _look_at(self, path: Path, folder: int) -> None:
        names = self._folders[folder]
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.name.endswith(VOLATILE):
                    continue
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name not in names:
                    self.do(Made(self._next, is_folder))
                    self.do(Named(((folder, entry.name, self._next),)))
                    self._next += 1
                if is_folder:
                    self._look_at(Path(entry.path), names[entry.name])
                else:
                    self._compare(entry, names[entry.name])

    def _compare(self, entry: os.DirEntry[str], node: int) -> None:
        status = entry.stat(follow_symlinks=False)
        mark = (status.st_ino, status.st_size, status.st_mtime_ns)
        if self._seen.get(node) == mark:
            return
        self._seen[node] = mark
        known, content = self._files[node], Path(entry.path).read_bytes()
        if content == known:
            return
        start = len(known) if content.startswith(known) else 0
        if len(content) < len(known):
            self.do(Resized(node, 0))
        self.do(Written(node, start, content[start:]))


@contextmanager
def recording(root: Path, *, deaf: bool = False) -> Iterator[Recorder]:
    """Give what writes down everything that is done in *root* by this process."""
    recorder = Recorder(root, deaf=deaf)
    with _default_vfs(recorder), _watched_names(recorder):
        yield recorder


class _File(apsw.VFSFile):
    """A file of a database, or of its log."""

    def __init__(
        self,
        recorder: Recorder,
        name: str | apsw.URIFilename | None,
        flags: list[int],
    ) -> None:
        super().__init__("unix", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        recorder.notice()
        self._recorder = recorder
        self._node = None if path is None else recorder.node(path)
        self._folder = None if path is None else recorder.node(Path(path).parent)
        self._names_unsynced = bool(flags[0] & _JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - apsw's name
        super().xWrite(data, offset)
        if self._node is not None:
            self._recorder.do(Written(self._node, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        if self._node is not None:
            self._recorder.do(Resized(self._node, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        if self._node is not None:
            self._recorder.do(Synced(self._node))
        if self._names_unsynced and self._folder is not None:
            self._recorder.do(Synced(self._folder))
            self._names_unsynced = False


class _Below(apsw.VFS):
    """Stands between SQLite's encryption and the operating system."""

    def __init__(self, name: str, recorder: Recorder) -> None:
        super().__init__(name, base="unix")
        self._recorder = recorder

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _File:  # noqa: N802
        return _File(self._recorder, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._recorder.notice()
        super().xDelete(filename, syncdir)
        _forget(self._recorder, filename)
        folder = self._recorder.node(Path(filename).parent)
        if syncdir and folder is not None:
            self._recorder.do(Synced(folder))


@contextmanager
def _default_vfs(recorder: Recorder) -> Iterator[None]:
    """Let every database be opened through encryption over what watches."""
    usual = apsw.vfs_names()[0]
    name = f"watched{id(recorder):x}"
    below = _Below(name, recorder)
    over = f"multipleciphers-{name}"
    # SQLite3 Multiple Ciphers makes its own over any other when it is first asked for one.
    apsw.Connection(":memory:", vfs=over).close()
    apsw.set_default_vfs(over)
    try:
        yield
    finally:
        apsw.set_default_vfs(usual)
        apsw.unregister_vfs(over)
        below.unregister()


def _forget(recorder: Recorder, path: str | Path) -> None:
    place = recorder.place(path)
    if place is not None and recorder.node(path) is not None:
        recorder.do(Named(((*place, None),)))


@contextmanager
def _watched_names(recorder: Recorder) -> Iterator[None]:
    """Watch the functions of :mod:`os` by which files get names, lose them, and are synced."""
    real = {name: getattr(os, name) for name in ("rename", "link", "unlink", "rmdir", "fsync")}

    def moved(function: Callable[..., None]) -> Callable[..., None]:
        def do(source: Any, target: Any, **more: Any) -> None:
            recorder.notice()
            node = recorder.node(_full(source))
            function(source, target, **more)
            gone, come = recorder.place(_full(source)), recorder.place(_full(target))
            if node is not None and gone is not None and come is not None:
                recorder.do(Named(((*gone, None), (*come, node))))

        return do

    def linked(source: Any, target: Any, **more: Any) -> None:
        recorder.notice()
        real["link"](source, target, **more)
        node, place = recorder.node(_full(source)), recorder.place(_full(target))
        if node is not None and place is not None:
            recorder.do(Named(((*place, node),)))

    def removed(function: Callable[..., None]) -> Callable[..., None]:
        def do(path: Any, *, dir_fd: int | None = None) -> None:
            full = _full(path, dir_fd)
            recorder.notice()
            function(path, dir_fd=dir_fd)
            _forget(recorder, full)

        return do

    def synced(descriptor: int) -> None:
        recorder.notice()
        real["fsync"](descriptor)
        node = recorder.node(_full(f"/proc/self/fd/{descriptor}"))
        if node is not None:
            recorder.do(Synced(node))

    with mock.patch.multiple(
        os,
        rename=moved(real["rename"]),
        replace=moved(os.replace),
        link=linked,
        unlink=removed(real["unlink"]),
        remove=removed(os.remove),
        rmdir=removed(real["rmdir"]),
        fsync=synced,
    ):
        yield


def _full(path: Any, folder: int | None = None) -> Path:
    text = os.fsdecode(path)
    if text.startswith("/proc/self/fd/"):
        return Path(text).readlink()
    if folder is not None:
        return Path(f"/proc/self/fd/{folder}").readlink() / text
    return Path(text).absolute()
