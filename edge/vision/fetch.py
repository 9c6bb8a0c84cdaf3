"""Download one file of known size and digest: bounded, resumable, trusted only when it matches.

What arrives is kept in a ``.part`` file beside the target, so that a line that breaks costs
nothing; it takes the target's name in one step once its digest is right. Proxies are those of the
environment (``https_proxy``, ``no_proxy``).
"""

from __future__ import annotations

import fcntl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from edge.errors import ModelError, ModelTamperedError
from edge.vision.files import sha256_of

SILENCE_SECONDS = 30.0
"""How long a server may say nothing."""

PATIENCE_SECONDS = 1800.0
"""How long a download may take in all: 10 MB on a line of 6 kB/s."""

CHUNK = 1 << 16

Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    url: str
    size: int
    sha256: str
    silence: float
    deadline: float
    progress: Progress | None

    @property
    def shown(self) -> str:
        """The address without what may be secret in it: user, password, query."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def download(
    url: str,
    target: Path,
    *,
    size: int,
    sha256: str,
    progress: Progress | None = None,
    silence: float = SILENCE_SECONDS,
    patience: float = PATIENCE_SECONDS,
) -> None:
    """Put the file at *url* under *target* if it has exactly *size* bytes and that *sha256*.

    What an earlier call left unfinished is continued where the server can. *silence* bounds every
    wait, *patience* the whole, in seconds.

    :raises ModelTamperedError: if the server gave another file; nothing of it is kept.
    :raises ModelError: if it could not be had; what arrived is kept for the next call.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ModelError("A model is fetched over http or https only.")
    deadline = time.monotonic() + patience
    wanted = _Wanted(url, size, sha256, silence, deadline, progress)
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(part) as file:
            resumed = file.seek(0, 2)
            try:
                _complete(wanted, part, file)
            except ModelTamperedError:
                if not resumed:
                    raise
                # What lay there may have been the beginning of another file: once more, from zero.
                _complete(wanted, part, file)
            part.replace(target)
    except (OSError, HTTPException) as error:
        raise _interrupted(wanted, str(error) or type(error).__name__) from error


def _complete(wanted: _Wanted, part: Path, file: BinaryIO) -> None:
    """Fill *file* up to its size and check it; empty it if it is another file."""
    done = file.seek(0, 2)
    if done > wanted.size:
        done = file.truncate(0)
    if done < wanted.size:
        _append(wanted, file, done)
    file.flush()
    found = sha256_of(part)
    if found != wanted.sha256:
        file.truncate(0)
        raise ModelTamperedError(
            f"{wanted.shown} gave SHA-256 {found}, expected {wanted.sha256}; it was not kept.",
            remedy="Try another address with --url, or copy the file into the mirror folder.",
        )


def _append(wanted: _Wanted, file: BinaryIO, done: int) -> None:
    request = urllib.request.Request(wanted.url)  # noqa: S310  # the scheme was checked
    if done:
        request.add_header("Range", f"bytes={done}-")
    with _answer(wanted, request, file) as response:
        if done and not _continues(response, done):
            done = file.truncate(0)
        file.seek(done)
        for chunk in _chunks(wanted, response):
            done += len(chunk)
            if done > wanted.size:
                file.truncate(0)
                raise ModelTamperedError(
                    f"{wanted.shown} is larger than the {wanted.size:,} bytes expected; it was "
                    "not kept.",
                    remedy="Try another address with --url.",
                )
            file.write(chunk)
            if wanted.progress is not None:
                wanted.progress(done, wanted.size)
    if done < wanted.size:
        raise _interrupted(wanted, f"it ended after {done:,} of {wanted.size:,} bytes")


def _answer(wanted: _Wanted, request: urllib.request.Request, file: BinaryIO) -> HTTPResponse:
    try:
        opener = urllib.request.build_opener()  # reads the proxies as they are now
        answer: HTTPResponse = opener.open(request, timeout=wanted.silence)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and file.tell():
            file.truncate(0)
            raise ModelTamperedError(
                f"{wanted.shown} has fewer bytes than were fetched already; they were not kept.",
                remedy="Try another address with --url.",
            ) from error
        raise _interrupted(wanted, f"the server said {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _interrupted(wanted, str(error.reason)) from error
    return answer


def _chunks(wanted: _Wanted, response: HTTPResponse) -> Iterator[bytes]:
    while chunk := response.read1(CHUNK):
        yield chunk
        if time.monotonic() > wanted.deadline:
            raise _interrupted(wanted, "it took too long")


def _continues(response: HTTPResponse, done: int) -> bool:
    """Tell whether the server goes on at *done* rather than starting anew."""
    begins = response.headers.get("Content-Range", "").startswith(f"bytes {done}-")
    return response.status == HTTPStatus.PARTIAL_CONTENT and begins


@contextmanager
def _alone(part: Path) -> Iterator[BinaryIO]:
    """Open *part* for this process alone, keeping what is in it."""
    with part.open("ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelError(
                f"Another process is fetching {part.name} already.", remedy="Wait for it."
            ) from error
        yield file


def _interrupted(wanted: _Wanted, why: str) -> ModelError:
    return ModelError(
        f"{wanted.shown} could not be fetched: {why}.",
        remedy="Run the command again; it continues where it stopped.",
    )
