"""How each program's log looks, seen from outside: each is a process of its own."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

FAILING = """
import logging, sys, threading
from edge.logs.setting_up import set_up
from edge.logs.personal import Personal
set_up()
set_up(style=sys.argv[1], personal=sys.argv[2] == "yes")
log = logging.getLogger("edge.door")
log.warning("%s is back", Personal("Ada", "person"))
log.info("nobody asked for this")
logging.getLogger("waitress.queue").warning("Task queue depth is 1")
thread = threading.Thread(target=lambda: int("Lovelace"), name="reader")
thread.start(); thread.join()
int("Byron")
"""


def said(style: str, *, personal: bool = False) -> tuple[int, str]:
    """Return the exit status of the program above and what it wrote to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", FAILING, style, "yes" if personal else "no"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_lines_for_people() -> None:
    """Where nobody keeps a journal; what ends a thread or the program names nobody either."""
    status, text = said("auto")

    assert status == 1
    assert text.startswith("WARNING edge.door: <person> is back\n")
    assert "CRITICAL edge: reader has ended by a fault in Ostiary." in text
    assert "CRITICAL edge: this is a fault in Ostiary, and its end." in text
    for hidden in ("Ada", "nobody asked", "queue depth"):
        assert hidden not in text
    # The lines of the program itself are in its trace, where it has a file.
    assert "invalid literal" not in text


def test_what_tells_of_people_by_choice() -> None:
    """For as long as a fault is looked for."""
    text = said("auto", personal=True)[1]

    assert "WARNING edge.door: Ada is back" in text
    assert "ValueError: invalid literal for int() with base 10: 'Byron'" in text


def test_one_object_a_line() -> None:
    """Each can be read by itself, its trace in it."""
    lines = [json.loads(line) for line in said("json")[1].splitlines()]

    assert [line["level"] for line in lines] == ["warning", "critical", "critical"]
    assert lines[0]["message"] == "<person> is back"
    assert lines[0]["logger"] == "edge.door"
    assert lines[1]["error"] == "ValueError"
    assert "withheld" in lines[2]["trace"]


def test_nothing_is_withheld_on_a_terminal() -> None:
    """Nobody keeps what stands there, and who sits there has called the program herself."""
    master, slave = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", FAILING, "auto", "no"], stderr=slave) as program:
        os.close(slave)
        text = b""
        while True:
            try:
                text += os.read(master, 4096)
            except OSError:  # the other side is closed
                break
        assert program.wait() == 1
    os.close(master)
    assert b"Ada is back" in text
    assert b"'Byron'" in text
