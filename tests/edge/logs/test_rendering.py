"""What a line of the log says of people: nothing, unless the settings want it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from edge.errors import CameraError, NotFoundError, OstiaryError, StorageError
from edge.logs.personal import Personal
from edge.logs.rendering import rendered

PERSON = str(uuid4())


def record(
    text: object, *arguments: object, error: BaseException | None = None
) -> logging.LogRecord:
    """Return what a log call makes."""
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("edge.door", logging.ERROR, __file__, 1, text, arguments, info)


def told(*arguments: object, personal: bool = False, error: BaseException | None = None) -> str:
    """Return the text of one line."""
    return str(rendered(record(*arguments, error=error), personal=personal))


def caught(fail: Callable[[], object]) -> BaseException:
    """Return the error of *fail*, with its trace."""
    try:
        fail()
    except Exception:  # noqa: BLE001 - whatever it is
        error = sys.exc_info()[1]
        assert error is not None
        return error
    raise AssertionError


def test_what_is_marked() -> None:
    """A word stands for it, also for who prints it by mistake."""
    name = Personal("Ada Lovelace", "person")

    assert told("%s is not known", name) == "<person> is not known"
    assert told("%s is not known", name, personal=True) == "Ada Lovelace is not known"
    assert str(name) == repr(name) == f"{name}" == "<person>"


def test_what_is_marked_in_a_mapping() -> None:
    """As logging lets one name its arguments."""
    made = logging.LogRecord(
        "x",
        20,
        "",
        1,
        "%(who)s at %(door)s",
        ({"who": Personal("Ada", "person"), "door": "a"},),
        None,
    )
    assert rendered(made, personal=False).message == "<person> at a"


def test_an_id_that_slipped_in() -> None:
    """It is taken out by its form, unmarked as it is."""
    assert PERSON not in told("there is no person %s", PERSON)
    assert PERSON in told("there is no person %s", PERSON, personal=True)


@pytest.mark.parametrize("personal", [False, True])
def test_secrets_are_never_told(personal: bool) -> None:
    """Whatever the settings say."""
    assert "s3cret" not in told("rtsp://admin:s3cret@cam is lost", personal=personal)


def test_errors_about_things_keep_their_words() -> None:
    """With the remedy: that is what a log is for."""
    error = CameraError("the camera is lost.", remedy="Is the cable seated?")

    assert told("it stays locked: %s", error) == (
        "it stays locked: the camera is lost. Is the cable seated?"
    )


def test_errors_about_people_keep_theirs_to_themselves() -> None:
    """Their kind is enough to find the place."""
    error = NotFoundError("there is no badge 4711 of Ada Lovelace")

    text = told("a page failed: %s", error)

    assert "NotFoundError" in text
    assert "4711" not in text
    assert "4711" in told("a page failed: %s", error, personal=True)


def test_what_python_and_the_system_say() -> None:
    """A ValueError quotes what was typed, an OSError the file's name."""
    name = "Ada Lovelace"  # not in the lines below, which are in the trace
    typed = caught(lambda: int(name))
    opened = caught(Path("/nowhere", name).read_bytes)

    for error in (typed, opened):
        assert "Ada" not in told("it failed: %s", error)
        assert "Ada" not in told("it failed", error=error)
        assert "Ada" in told("it failed: %s", error, personal=True)
    assert "FileNotFoundError: No such file or directory" in told("it failed: %s", opened)


def test_a_trace_tells_where_and_through_what() -> None:
    """Every error of the chain with its kind, every line of it, and no text that names somebody."""

    def look_up() -> None:
        try:
            int("Ada Lovelace")
        except ValueError as error:
            raise StorageError("the file is broken") from error

    found = rendered(record("a page failed", error=caught(look_up)), personal=False)

    assert found.error == "StorageError"
    assert found.trace is not None
    assert "in look_up" in found.trace
    assert "which led to:" in found.trace
    assert found.trace.endswith("StorageError: the file is broken")
    assert "ValueError (its text is withheld: log.personal)" in found.trace
    assert "invalid literal" not in found.trace


def test_a_message_that_does_not_fit_its_arguments() -> None:
    """It is told as it is written: a log must not fail, nor print what it should not."""
    assert told("%d people", "Ada Lovelace") == "%d people"
    assert told("%s and %s", "Ada Lovelace") == "%s and %s"


def test_every_kind_of_error_has_decided() -> None:
    """A new kind of error below these tells of people until it says otherwise."""
    about_people = {kind.__name__ for kind in _kinds(OstiaryError) if kind.personal}

    assert {
        "NotFoundError",
        "AlreadyExistsError",
        "AlreadyEnrolledError",
        "ImageError",
    } <= about_people
    assert not about_people & {"StorageError", "CameraError", "LockError", "AuditError"}


def _kinds(kind: type[OstiaryError]) -> list[type[OstiaryError]]:
    return [kind, *(below for each in kind.__subclasses__() for below in _kinds(each))]
