"""What other machines answer and ask, and what our own programs leave for each other."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.announcing.commands import UNLOCK, Command, Commands
from edge.announcing.posting import Poster
from edge.announcing.webhooks import Verdict, judged
from edge.audit import Audit, AuditEvent, EventKind, Sealer, SealPolicy
from edge.audit.chain import FIRST_HASH
from edge.audit.checkpoints import Stored, read_checkpoint
from edge.audit.export import FORM, export_lines, line_of, signed_part
from edge.audit.offline import verify_stream
from edge.desk import Desk
from edge.errors import AnnouncingError, AuditBrokenError, VideoError
from edge.live.state import DoorState
from edge.metrics.heartbeat import Beat
from edge.portal import DoorCondition
from edge.storage.key import Key
from edge.storage.signing import SigningKey
from edge.storage.times import to_text
from edge.video.container import identify
from edge.video.reading import StoredVideo
from tests.fuzz.choices import Choices
from tests.fuzz.target import Target, Try, alone

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@cache
def exports() -> tuple[bytes, ...]:
    """Return exports of a record: of all of it, and of its last days."""
    now = NOON
    device = SigningKey.random()
    with TemporaryDirectory() as folder:
        sealer = Sealer(
            lambda: device,
            site="Lighthouse",
            policy=SealPolicy(3, timedelta(hours=1)),
            clock=lambda: now,
        )
        with Audit(Path(folder, "audit.db"), Key.random(), sealer=sealer) as audit:
            for number in range(10):
                now = NOON + timedelta(days=number)
                audit.append(AuditEvent(EventKind.DECISION, now, "front", "deny", "NO_MATCH"))
            spans = ((None, None), (NOON + timedelta(days=6), None))
            return tuple(
                b"".join(export_lines(audit, device, site="Lighthouse", now=now, since=a, until=b))
                for a, b in spans
            )


def _export(data: bytes) -> None:
    """Nothing that differs from an export in one byte may be taken for one."""
    verify_stream(io.BytesIO(data))
    assert data in exports(), "a changed export was taken for a good one"


def _stranger(data: bytes) -> None:
    """Read an export that somebody has signed with a key of his own, with *data* for its header."""
    key, told = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32))), _HEADER
    with suppress(ValueError, RecursionError):
        values = json.loads(data)
        told = told | values if isinstance(values, dict) else told
    try:
        header = line_of({"header": told | {"key": key.public.digits}})
    except (ValueError, RecursionError):
        return  # nothing that can be written
    end = {"entries": 0, "head": FIRST_HASH, "sequence": 0}
    end |= {"sha256": hashlib.sha256(header).hexdigest()}
    last = line_of({"end": end, "signature": key.sign(signed_part(end))})
    assert verify_stream(io.BytesIO(header + last)).site.isprintable()


_HEADER: dict[str, Any] = {
    "form": FORM,
    "made": to_text(NOON),
    "root": {"hash": FIRST_HASH, "sequence": 0},
    "site": "Lighthouse",
}


def _checkpoint(data: bytes) -> None:
    body, _, signature = data.decode(errors="replace").partition("\n")
    read_checkpoint(Stored(body, signature))
    assert data == _checkpoint_seed(), "a changed checkpoint was taken for a good one"


@cache
def _checkpoint_seed() -> bytes:
    for line in exports()[0].splitlines():
        values = json.loads(line)
        if "checkpoint" in values:
            told = values["checkpoint"]
            return f"{told['body']}\n{told['signature']}".encode()
    raise AssertionError("an export without a checkpoint")


@contextmanager
def _broker(folder: Path) -> Iterator[Try]:
    """Take commands of a broker, and look at what is on the desk after each."""
    now, monotonic = NOON, 0.0
    path, key = folder / "desk.db", Key.random()
    with Desk(path, key) as desk, Desk(path, key) as door:
        commands = Commands(
            requests=desk, door="front", clock=lambda: now, monotonic=lambda: monotonic
        )

        def read(data: bytes) -> None:
            nonlocal monotonic
            choices = Choices(data)
            flags, monotonic = choices.byte(), monotonic + 2
            retained, repeated = bool(flags & 1), bool(flags & 2)
            payload = choices.rest()
            taken = commands.take(Command(payload, retained=retained, repeated=repeated))
            assert taken is (payload in UNLOCK and not retained and not repeated)
            assert len(door.take()) == taken

        yield read


class _Answering(Poster):
    """Posts to a server whose answer stands in a socket already."""

    answer = b""

    def _connected(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self._socket = ours
        ours.settimeout(self._timeout)
        with theirs:
            # What does not fit into the socket was cut off on its way.
            theirs.setblocking(False)
            with suppress(BlockingIOError):
                theirs.send(self.answer)
            theirs.shutdown(socket.SHUT_WR)
        return ours


@contextmanager
def _webhook(_: Path) -> Iterator[Try]:
    poster = _Answering("http://receiver.local/", timeout=10, tls=ssl.create_default_context())

    def read(data: bytes) -> None:
        poster.answer = data
        threads = threading.active_count()
        try:
            answer = poster.post(b"{}", {"Content-Type": "application/json"})
        except AnnouncingError:
            return  # which is tried again
        assert 100 <= answer.status <= 999
        done = judged(answer, tries=1, refusals=5) is Verdict.DONE
        assert done is (200 <= answer.status < 300)
        assert answer.retry_after is None or answer.retry_after >= 0
        assert threading.active_count() <= threads + 2

    yield read


def _left(data: bytes) -> None:
    """Read what another of our programs leaves in memory; only ValueError may come of it."""
    with suppress(ValueError):
        assert Beat.from_bytes(data).to_bytes()
    DoorState.from_bytes(data).to_bytes()


def _states() -> tuple[bytes, ...]:
    state = DoorState("front", DoorCondition(), None, ("LOW_SHARPNESS",), None, "turn", ("badge",))
    return state.to_bytes(), Beat("front", None, False, 0).to_bytes()


@cache
def videos() -> tuple[bytes, ...]:
    """Return a second of moving noise, as each kind of file that is let in."""
    chance = np.random.default_rng(3)
    found = []
    with TemporaryDirectory() as folder:
        for ending, code in (("avi", "MJPG"), ("mp4", "mp4v"), ("mkv", "MJPG")):
            path = Path(folder, f"clip.{ending}")
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), 10, (48, 32))
            for _ in range(6):
                writer.write(chance.integers(0, 256, (32, 48, 3), dtype=np.uint8))
            writer.release()
            if path.exists() and path.stat().st_size > 100:
                found.append(path.read_bytes())
    return tuple(found)


def _container(data: bytes) -> None:
    identify(io.BytesIO(data))


@contextmanager
def _video(folder: Path) -> Iterator[Try]:
    path = folder / "video"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        with path.open("rb") as file, StoredVideo(file) as video:
            for number, frame in enumerate(video.frames()):
                assert frame.pixels.ndim == 3
                if number == 20:
                    break

    # FFmpeg tells standard error of every byte it does not like.
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield read
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


_ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 301 Away\r\nLocation: file:///etc/passwd\r\n\r\n",
)
_HTTP = (
    b"Retry-After: ",
    b"Content-Length: ",
    b"Transfer-Encoding: chunked\r\n",
    b"HTTP/1.1 ",
    b"HTTP/0.9",
    b"\r\n\r\n",
    b"100 Continue\r\n\r\n",
    b"ffffffffffffffff\r\n",
)
_AUDIT = (
    b'"sequence":',
    b'"hash":',
    b'"end":',
    b'"entry":',
    b'"checkpoint":',
    b'"signature":',
    b"\n",
)
_VIDEO = (
    b"ftyp",
    b"moov",
    b"mdat",
    b"RIFF",
    b"AVI ",
    b"\x1a\x45\xdf\xa3",
    b"\x18\x53\x80\x67",
    b"qt  ",
    b"#EXTM3U\n",
)

TARGETS = (
    Target(
        "audit-export",
        "an exported record, verified",
        alone(_export),
        exports,
        (AuditBrokenError,),
        _AUDIT,
    ),
    Target(
        "audit-stranger",
        "an export that a stranger has signed",
        alone(_stranger),
        lambda: (json.dumps(_HEADER).encode(), b'{"site": "\\u001b[2J"}'),
        (AuditBrokenError,),
        (b'"site":', b'"root":', b'"sequence":', b"\\ud800", b"\\u0007"),
    ),
    Target(
        "checkpoint",
        "a signed checkpoint",
        alone(_checkpoint),
        lambda: (_checkpoint_seed(),),
        (AuditBrokenError,),
        _AUDIT,
    ),
    Target(
        "mqtt-command",
        "what a broker asks of the door",
        _broker,
        lambda: (b"\0UNLOCK", b"\0OPEN", b"\0LOCK", b"\1UNLOCK", b"\2UNLOCK"),
        words=(b"UNLOCK", b"OPEN", b"unlock"),
    ),
    Target(
        "webhook-answer",
        "what a server answers to a webhook",
        _webhook,
        lambda: _ANSWERS,
        words=_HTTP,
    ),
    Target(
        "left-in-memory",
        "the state of the door for the pages",
        alone(_left),
        _states,
        (ValueError,),
        (b'"condition":', b'"decision":', b'"at":'),
    ),
    Target(
        "container",
        "what kind of file a video is",
        alone(_container),
        videos,
        (VideoError,),
        _VIDEO,
    ),
    Target("video", "stored videos, decoded", _video, videos, (VideoError,), _VIDEO, share=0.02),
)
