"""Tries what a service may not do, from inside its sandbox; writes how each ended, as JSON.

Run by the container's own Python in place of a service's program: the standard library alone.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

PTRACE_ATTACH = 16


def written(path: str) -> Callable[[], object]:
    """Return the try to write *path*."""
    return lambda: Path(path, "probe").write_text("x", encoding="utf-8")


def opened(path: str) -> Callable[[], object]:
    """Return the try to open *path* for reading."""
    return lambda: os.close(os.open(path, os.O_RDONLY))


def listening(host: str) -> Callable[[], object]:
    """Return the try to take connections at *host*."""
    return lambda: socket.create_server((host, 0)).close()


def sent(host: str) -> Callable[[], object]:
    """Return the try to send something to *host*."""

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", (host, 9))

    return send


def traced(pid: int) -> Callable[[], object]:
    """Return the try to look into the process *pid*."""

    def trace() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(PTRACE_ATTACH, pid, None, None) < 0:
            raise OSError(ctypes.get_errno(), "")

    return trace


def executable() -> None:
    """Try to have memory that can be written and run."""
    protection = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    mmap.mmap(-1, mmap.PAGESIZE, prot=protection).close()


def ended(attempt: Callable[[], object]) -> str:
    """Return "done", or the name of what stopped *attempt*."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    return "done"


def main(result: str, other: str) -> None:
    """Try everything, the process *other* standing for another service's, and write *result*."""
    pid = int(other)
    credentials = os.environ.get("CREDENTIALS_DIRECTORY", "/nowhere")
    attempts = {
        "gpio": opened("/dev/gpiochip0"),
        "key file": opened("/var/lib/ostiary/ostiary.key"),
        "key credential": opened(f"{credentials}/ostiary.key"),
        "signing credential": opened(f"{credentials}/ostiary-signing.key"),
        "collection": opened("/var/lib/ostiary/collection.db"),
        "settings": opened("/etc/ostiary/ostiary.toml"),
        **{
            f"write {path}": written(path)
            for path in ("/etc/ostiary", "/usr", "/opt/ostiary", "/srv")
        },
        "write state": written("/var/lib/ostiary"),
        "listen": listening("0.0.0.0"),  # noqa: S104 - that is the question
        "listen on loopback": listening("127.0.0.1"),
        "send to the internet": sent("192.0.2.1"),
        "packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
        "signal": lambda: os.kill(pid, 0),
        "see": opened(f"/proc/{pid}/status"),
        "trace": traced(pid),
        "namespace": lambda: os.unshare(os.CLONE_NEWUSER),  # type: ignore[attr-defined]
        "writable code": executable,
    }
    found = {name: ended(attempt) for name, attempt in attempts.items()}
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
