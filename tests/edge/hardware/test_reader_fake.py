"""The fake reader reads what it is told, from a test and from a named pipe alike."""

from __future__ import annotations

import logging
import stat
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.domain import ShownKind, Signal
from edge.errors import ReaderError
from edge.hardware import CardReader
from edge.hardware.reader_fake import FakeReader


def test_it_is_a_card_reader() -> None:
    """It has all that a door asks of one; mypy holds it to the protocol."""
    reader: CardReader = FakeReader(name="front")

    assert reader.name == "front"
    reader.close()


def test_what_is_shown_is_read_in_order_and_once() -> None:
    """Badge first, PIN second, then nothing."""
    reader = FakeReader(name="front", clock=lambda: 7.0)
    before = datetime.now(UTC)
    reader.show(ShownKind.BADGE, "4711")
    reader.show(ShownKind.PIN, "1234")

    badge, pin = reader.read(0), reader.read(0)

    assert badge is not None
    assert pin is not None
    assert (badge.kind, badge.value, badge.reader) == (ShownKind.BADGE, "4711", "front")
    assert (pin.kind, pin.value) == (ShownKind.PIN, "1234")
    assert badge.monotonic == 7.0
    assert before <= badge.at <= datetime.now(UTC)
    assert reader.read(0) is None
    reader.close()


def test_no_value_is_in_a_repr() -> None:
    """Whatever is logged by mistake holds neither a number nor a PIN."""
    reader = FakeReader()
    reader.show(ShownKind.PIN, "192837")

    assert "192837" not in repr(reader.read(0))
    reader.close()


def test_a_lost_reader_comes_back() -> None:
    """While it is lost every read says so, and what is shown meanwhile is gone."""
    reader = FakeReader()
    reader.lose()
    reader.show(ShownKind.BADGE, "1")

    for _ in range(2):
        with pytest.raises(ReaderError, match="lost"):
            reader.read(0)
    reader.restore()
    assert reader.read(0) is None
    reader.show(ShownKind.BADGE, "2")
    assert (shown := reader.read(0)) is not None
    assert shown.value == "2"
    reader.close()


def test_a_person_can_try_it_by_a_named_pipe(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is no badge and no PIN is told without being repeated; a writer that leaves ends nothing."""
    pipe = tmp_path / "reader"
    reader = FakeReader(pipe=pipe)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o600

    with caplog.at_level(logging.WARNING):
        pipe.write_text("bagde 190283\n\nbadge  4711 \n")
        pipe.write_text("pin 12")
        first, second = reader.read(0), reader.read(0)
        pipe.write_text("34\n")
        third = reader.read(0)

    assert first is not None
    assert first.value == "4711"
    assert second is None
    assert third is not None
    assert third.value == "1234"
    assert "190283" not in caplog.text
    assert "badge NUMBER" in caplog.text
    reader.close()
    FakeReader(pipe=pipe).close()


def test_a_line_without_an_end_costs_no_memory(tmp_path: Path) -> None:
    """Whoever writes and writes gets nothing read; the next line counts again."""
    pipe = tmp_path / "reader"
    reader = FakeReader(pipe=pipe)
    for _ in range(10):
        pipe.write_bytes(b"badge " + b"1" * 5000)
        assert reader.read(0) is None
    pipe.write_text("\nbadge 2\n")

    assert (shown := reader.read(0)) is not None
    assert shown.value == "2"
    reader.close()


def test_it_refuses_what_is_no_pipe(tmp_path: Path) -> None:
    """A file in its place is not read, a missing folder not made."""
    (tmp_path / "file").write_text("badge 1\n")

    with pytest.raises(ReaderError, match="no named pipe"):
        FakeReader(pipe=tmp_path / "file")
    with pytest.raises(ReaderError, match=r"reader\.pipe"):
        FakeReader(pipe=tmp_path / "missing" / "pipe")


def test_closing_ends_a_read_of_another_thread() -> None:
    """The door need not wait for a badge to end; closing twice is harmless."""
    reader = FakeReader()
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(ReaderError, match="closed"):
            reader.read(60)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.05)
    reader.close()
    reader.close()
    thread.join(10)

    assert ended.is_set()
    with pytest.raises(ReaderError, match="closed"):
        reader.read(0)
    with pytest.raises(ReaderError, match="closed"):
        reader.show(ShownKind.BADGE, "1")


def test_its_lights_can_be_looked_at() -> None:
    """It shows nothing until it is told to, and remembers all that it showed."""
    reader = FakeReader()
    assert reader.shown is Signal.OFF

    reader.signal(Signal.READY)
    reader.signal(Signal.GRANTED)

    assert str(reader.shown) == "granted"
    assert reader.history == [Signal.READY, Signal.GRANTED]
    reader.close()


@pytest.mark.parametrize(
    "line", ["pin !234", "pin 12a4", "pin \u0661\u0662\u0663\u0664", "badge 4\x1b[2J"]
)
def test_what_no_reader_gives_is_not_read(line: str) -> None:
    """A PIN is digits, and a badge's number can be shown."""
    reader = FakeReader()
    reader._tell(line)
    assert reader.read(0) is None
    reader.close()
