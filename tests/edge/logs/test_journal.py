"""Lines in the journal's own protocol, read as journald reads them."""

from __future__ import annotations

import io
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.logs.journal import JournalHandler, datagram_of, leads_to_journal, priority_of
from edge.logs.personal import Personal

NAMES = st.from_regex(r"[A-Z][A-Z_]{0,10}", fullmatch=True)


def fields_in(datagram: bytes) -> dict[str, bytes]:
    """Read *datagram* by the rules of the protocol."""
    found = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(rest[:8], "little")
            value, rest = rest[8 : 8 + length], rest[8 + length + 1 :]
        found[name.decode()] = value
        datagram = rest
    return found


@given(st.dictionaries(NAMES, st.text()))
def test_every_text_arrives_as_it_was(fields: dict[str, str]) -> None:
    """With lines, equals signs and null bytes in it; half characters become question marks."""
    expected = {name: value.encode(errors="replace") for name, value in fields.items()}

    assert fields_in(datagram_of(fields)) == expected


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[socket.socket]:
    """Listen where a journal would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "journal"))
        listening.settimeout(5)
        yield listening


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """Give a logger that tells nobody else."""
    made = logging.getLogger("edge.test_journal")
    made.propagate = False
    yield made
    for each in list(made.handlers):
        made.removeHandler(each)
        each.close()


def test_a_line_with_its_fields(
    journal: socket.socket, tmp_path: Path, log: logging.Logger
) -> None:
    """So that `journalctl -p err LOGGER=edge.door.loop` finds it."""
    log.addHandler(JournalHandler(path=tmp_path / "journal"))

    log.error("%s: the door stays locked", Personal("Ada", "person"))

    found = fields_in(journal.recv(65536))
    assert found["MESSAGE"] == b"<person>: the door stays locked"
    assert found["PRIORITY"] == b"3"
    assert found["LOGGER"] == b"edge.test_journal"
    assert found["SYSLOG_IDENTIFIER"] == b"ostiary"
    assert found["CODE_FILE"].endswith(b"test_journal.py")


def test_a_trace_of_any_length_is_one_line(
    journal: socket.socket, tmp_path: Path, log: logging.Logger
) -> None:
    """Recursion without end makes a trace that no datagram holds."""
    log.addHandler(JournalHandler(path=tmp_path / "journal"))

    name = "Ada Lovelace"

    def dig(depth: int) -> None:
        if not depth:
            raise ValueError(name)
        dig(depth - 1)

    try:
        dig(700)
    except ValueError:
        log.exception("it failed")

    found = fields_in(journal.recv(2**20))
    assert found["ERROR"] == b"ValueError"
    assert found["MESSAGE"].startswith(b"it failed\nTraceback")
    assert found["MESSAGE"].endswith(b"ValueError (its text is withheld: log.personal)")
    assert b"Ada" not in found["MESSAGE"]


def test_without_a_journal_the_lines_have_their_priority_in_front(
    tmp_path: Path, log: logging.Logger
) -> None:
    """As sd-daemon(3) reads them from standard error; every line of a trace, too."""
    stream = io.StringIO()
    log.addHandler(JournalHandler(path=tmp_path / "nobody", stream=stream))

    log.warning("one\ntwo")

    assert stream.getvalue() == "<4>edge.test_journal: one\n<4>edge.test_journal: two\n"


def test_a_sandbox_without_sockets(
    tmp_path: Path, log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RestrictAddressFamilies=none, as a backup has it: it is told on standard error."""

    def refuse(*_: object) -> None:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", refuse)
    stream = io.StringIO()
    log.addHandler(JournalHandler(path=tmp_path / "journal", stream=stream))
    log.error("it failed")

    assert stream.getvalue() == "<3>edge.test_journal: it failed\n"


def test_priorities() -> None:
    """Those of syslog(3), by the next lower level."""
    levels = (logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG, 35)
    assert [priority_of(level) for level in levels] == [2, 3, 4, 6, 7, 4]


def test_whether_a_stream_leads_to_the_journal(tmp_path: Path) -> None:
    """By device and inode, since a variable alone is inherited by whoever redirects."""
    with (tmp_path / "log").open("w") as stream:
        found = os.fstat(stream.fileno())
        named = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        assert leads_to_journal(stream, named)
        assert not leads_to_journal(stream, {"JOURNAL_STREAM": "1:2"})
        assert not leads_to_journal(stream, {})
    assert not leads_to_journal(io.StringIO(), named)
