from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest

from edge.errors import ModelError, ModelMissingError, ModelTamperedError
from edge.vision.catalogue import CATALOGUE
from edge.vision.fetch import download
from edge.vision.models import ModelStore

(YUNET,) = (entry for entry in CATALOGUE if entry.name == "yunet")
CONTENT = bytes(range(256)) * 1024


@dataclass
class Upstream:
    """A web server on this machine, and how it misbehaves.

    It sends *content*, only the first *truncate* bytes of it if set, honours ranges if *ranges*,
    and, if *stall* is set, goes silent after that many bytes until *release* is set.
    """

    address: str = ""
    content: bytes = CONTENT
    truncate: int | None = None
    ranges: bool = True
    stall: int | None = None
    status: int | None = None
    release: threading.Event = field(default_factory=threading.Event)
    asked: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    """Serve on this machine, past any proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    state = Upstream()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.asked.append(asked)
            state.paths.append(self.path)
            if state.status is not None:
                self.send_error(state.status)
                return
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            if not state.ranges:
                start = 0
            self.send_response(206 if start else 200)
            if start:
                total = len(state.content)
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.end_headers()
            if state.stall is not None:
                self.wfile.write(state.content[start : state.stall])
                self.wfile.flush()
                state.release.wait()
                return
            self.wfile.write(state.content[start : state.truncate])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}/model.onnx"
    yield state
    state.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(upstream: Upstream, target: Path, content: bytes = CONTENT, **changes: float) -> None:
    """Download what has the digest of *content*."""
    digest = sha256(content).hexdigest()
    download(upstream.address, target, size=len(content), sha256=digest, **changes)  # type: ignore[arg-type]


def part_of(target: Path) -> Path:
    """Name the file that holds what has arrived so far."""
    return target.with_name(f"{target.name}.part")


def test_the_right_file_takes_its_name(upstream: Upstream, tmp_path: Path) -> None:
    """A whole download appears under its name and leaves nothing beside it."""
    target = tmp_path / "cache" / "model.onnx"
    fetch(upstream, target)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_progress_is_told(upstream: Upstream, tmp_path: Path) -> None:
    """Bytes done rise to bytes in all."""
    told: list[tuple[int, int]] = []
    download(
        upstream.address,
        tmp_path / "model.onnx",
        size=len(CONTENT),
        sha256=sha256(CONTENT).hexdigest(),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == sorted(told)
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_wrong_bytes_are_refused(upstream: Upstream, tmp_path: Path) -> None:
    """Another file of the same size is named by both digests, and nothing of it is kept."""
    upstream.content = CONTENT[::-1]
    target = tmp_path / "model.onnx"
    with pytest.raises(ModelTamperedError) as caught:
        fetch(upstream, target)
    assert sha256(upstream.content).hexdigest() in str(caught.value)
    assert sha256(CONTENT).hexdigest() in str(caught.value)
    assert not target.exists()
    assert part_of(target).stat().st_size == 0


def test_a_larger_file_is_cut_off(upstream: Upstream, tmp_path: Path) -> None:
    """A server cannot fill the disk: one byte too many ends the download."""
    upstream.content = CONTENT * 100
    target = tmp_path / "model.onnx"
    with pytest.raises(ModelTamperedError, match="larger than"):
        fetch(upstream, target)
    assert part_of(target).stat().st_size == 0


def test_a_truncated_download_is_continued(upstream: Upstream, tmp_path: Path) -> None:
    """What arrived before the line broke is not asked for again."""
    upstream.truncate = 100_000
    target = tmp_path / "model.onnx"
    with pytest.raises(ModelError, match="100,000 of 262,144 bytes"):
        fetch(upstream, target)
    assert not target.exists()
    upstream.truncate = None
    fetch(upstream, target)
    assert target.read_bytes() == CONTENT
    assert upstream.asked == [None, "bytes=100000-"]


def test_a_server_without_ranges_starts_anew(upstream: Upstream, tmp_path: Path) -> None:
    """A whole answer to a request for the rest is taken as a whole."""
    target = tmp_path / "model.onnx"
    part_of(target).write_bytes(CONTENT[:1000])
    upstream.ranges = False
    fetch(upstream, target)
    assert target.read_bytes() == CONTENT


def test_a_foreign_beginning_is_thrown_away(upstream: Upstream, tmp_path: Path) -> None:
    """Continuing something else ends in a wrong digest, once; then the file is fetched whole."""
    target = tmp_path / "model.onnx"
    part_of(target).write_bytes(b"something else")
    fetch(upstream, target)
    assert target.read_bytes() == CONTENT
    assert upstream.asked == ["bytes=14-", None]


def test_a_complete_part_is_not_fetched_again(upstream: Upstream, tmp_path: Path) -> None:
    """A process that ended just before the renaming left everything needed."""
    target = tmp_path / "model.onnx"
    part_of(target).write_bytes(CONTENT)
    fetch(upstream, target)
    assert target.read_bytes() == CONTENT
    assert upstream.asked == []


def test_a_part_larger_than_the_file_is_thrown_away(upstream: Upstream, tmp_path: Path) -> None:
    """It cannot be the beginning of the file."""
    target = tmp_path / "model.onnx"
    part_of(target).write_bytes(CONTENT + b"more")
    fetch(upstream, target)
    assert target.read_bytes() == CONTENT


def test_silence_is_bounded(upstream: Upstream, tmp_path: Path) -> None:
    """A server that stalls does not hold the command, and what it sent is kept."""
    upstream.stall = 1000
    target = tmp_path / "model.onnx"
    with pytest.raises(ModelError, match="timed out"):
        fetch(upstream, target, silence=0.2)
    assert part_of(target).stat().st_size == 1000


def test_the_whole_is_bounded(upstream: Upstream, tmp_path: Path) -> None:
    """A server that drips bytes for ever is left when patience ends."""
    with pytest.raises(ModelError, match="took too long"):
        fetch(upstream, tmp_path / "model.onnx", patience=-1.0)


def test_a_shorter_file_upstream_is_told(upstream: Upstream, tmp_path: Path) -> None:
    """Where the server has fewer bytes than were fetched, they are dropped and asked for anew."""
    target = tmp_path / "model.onnx"
    part_of(target).write_bytes(CONTENT[:1000])
    upstream.status = 416
    with pytest.raises(ModelError, match="said 416"):
        fetch(upstream, target)
    assert upstream.asked == ["bytes=1000-", None]
    assert part_of(target).stat().st_size == 0


@pytest.mark.parametrize("status", [403, 404, 416, 500])
def test_a_refusal_is_told(upstream: Upstream, tmp_path: Path, status: int) -> None:
    """The error says what the server said."""
    upstream.status = status
    with pytest.raises(ModelError, match=rf"model\.onnx could not be fetched: .*{status}"):
        fetch(upstream, tmp_path / "model.onnx")


def test_an_unreachable_server_is_told(upstream: Upstream, tmp_path: Path) -> None:
    """Nobody listens: the error says so and names the address."""
    upstream.address = "http://127.0.0.1:9/model.onnx"
    with pytest.raises(ModelError, match="Connection refused"):
        fetch(upstream, tmp_path / "model.onnx")


def test_secrets_in_an_address_are_not_shown(upstream: Upstream, tmp_path: Path) -> None:
    """A signed address or a password does not end up in a log."""
    upstream.address = "http://user:password@127.0.0.1:9/model.onnx?token=secret"
    with pytest.raises(ModelError) as caught:
        fetch(upstream, tmp_path / "model.onnx")
    assert "127.0.0.1/model.onnx" in str(caught.value)
    assert "password" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/model.onnx", "model"])
def test_only_the_web_is_fetched_from(tmp_path: Path, url: str) -> None:
    """A local path or another protocol is refused before anything is opened."""
    with pytest.raises(ModelError, match="http or https"):
        download(url, tmp_path / "model.onnx", size=1, sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_do_not_write_one_file(upstream: Upstream, tmp_path: Path) -> None:
    """While another process fetches, the command says so instead of mixing their bytes."""
    target = tmp_path / "model.onnx"
    with part_of(target).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="Another process"):
            fetch(upstream, target)


def test_the_proxy_of_the_environment_is_used(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that lets nothing out but its proxy can fetch."""
    monkeypatch.setenv("http_proxy", upstream.address.removesuffix("/model.onnx"))
    upstream.address = "http://models.invalid/model.onnx"
    fetch(upstream, tmp_path / "model.onnx")
    assert upstream.paths == ["http://models.invalid/model.onnx"]


# Through the store


def test_a_model_is_fetched_where_no_package_has_it(upstream: Upstream, tmp_path: Path) -> None:
    """The store tries its addresses in turn, verifies and prepares; the next use needs no network."""
    assert YUNET.wheel is not None
    upstream.content = Path(
        str(metadata.distribution(YUNET.wheel.distribution).locate_file(YUNET.wheel.path))
    ).read_bytes()
    entry = replace(
        YUNET,
        wheel=replace(YUNET.wheel, distribution="nowhere-installed"),
        urls=("http://127.0.0.1:9/model.onnx", upstream.address),
    )
    file = ModelStore(tmp_path, catalogue=(entry,)).fetch("yunet")
    assert sha256(file.read_bytes()).hexdigest() == YUNET.prepared.sha256
    assert ModelStore(tmp_path, catalogue=(entry,)).path("yunet") == file


def test_an_address_of_ones_own_serves_as_well(upstream: Upstream, tmp_path: Path) -> None:
    """The digest decides, so an address given on the command line needs no trust."""
    entry = replace(YUNET, urls=())
    store = ModelStore(tmp_path, catalogue=(entry,))
    with pytest.raises(ModelMissingError, match="--url"):
        store.fetch("yunet")
    upstream.content = b"\0" * YUNET.source.size
    with pytest.raises(ModelTamperedError):
        store.fetch("yunet", upstream.address)
