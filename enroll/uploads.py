"""Photos and archives that arrive by a form: in memory only, limited, and never on a disk.

A photo of a face on a disk is a template that anybody can read. So neither Werkzeug, which keeps
large forms in temporary files, nor waitress may put one down (see ``command.py``).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, abort, current_app, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from edge.enrolling import Photo
from edge.errors import PhotosRefusedError

MOST_PHOTOS = 10

LARGEST_PHOTO = 16 * 2**20
"""Bytes; telephones make JPEGs of 2 to 12 MB."""

LARGEST_UPLOAD = 48 * 2**20
"""Bytes of one whole form. A Raspberry Pi with 2 GB bears a few at a time."""

LARGEST_FORM = 64 * 2**10
"""Bytes of a form without photos."""

MOST_PARTS = 50
MOST_FILES = 1_000
"""Fields of a form, and files that are imported together; more of them make a ZIP."""

View = TypeVar("View", bound=Callable[..., Any])

_ROOM = "ostiary_room"
_PICTURE = "ostiary_picture"
_BODY = "ostiary_body"
_PICTURE_TYPES = frozenset(("image/jpeg", "image/png", "image/webp"))


@dataclass(frozen=True, slots=True)
class Room:
    """How much a view takes: bytes of one file, and parts of the form."""

    largest_file: int
    most_parts: int


PHOTOS = Room(LARGEST_PHOTO, MOST_PARTS)
ARCHIVES = Room(LARGEST_UPLOAD, MOST_FILES)


class FileBuffer(io.BytesIO):
    """Memory for one file of at most *largest* bytes."""

    def __init__(self, largest: int) -> None:
        super().__init__()
        self._largest = largest

    def write(self, data: Any, /) -> int:
        """Take *data* in.

        :raises RequestEntityTooLarge: if the file gets too large.
        """
        if self.tell() + len(data) > self._largest:
            raise RequestEntityTooLarge
        return super().write(data)


class MemoryRequest(Request):
    """A request whose files are kept in memory."""

    largest_file = LARGEST_PHOTO

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - werkzeug's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return FileBuffer(self.largest_file)


def accepts_photos(view: View) -> View:
    """Let the forms of a view be as large as photos are."""
    view.__dict__[_ROOM] = PHOTOS
    return view


def accepts_archives(view: View) -> View:
    """Let a view take one archive of many photos, or many files."""
    view.__dict__[_ROOM] = ARCHIVES
    return view


def accepts_picture(view: View) -> View:
    """Let the body of a request to a view be one picture."""
    view.__dict__[_PICTURE] = True
    return view


def accepts_body(largest: int) -> Callable[[View], View]:
    """Let the body of a request to a view have *largest* bytes, whatever it holds."""

    def mark(view: View) -> View:
        view.__dict__[_BODY] = largest
        return view

    return mark


def limit(app: Flask) -> None:
    """Limit what *app* reads of a request, before anything reads it."""
    app.request_class = MemoryRequest
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_PARTS"] = MOST_PARTS
    app.before_request(_make_room)


def _make_room() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    room: Room | None = getattr(view, _ROOM, None)
    if room is not None:
        request.max_content_length = LARGEST_UPLOAD
        request.max_form_parts = room.most_parts
        cast(MemoryRequest, request).largest_file = room.largest_file
        if request.method == "POST" and request.mimetype != "multipart/form-data":
            abort(415)
    request.max_content_length = getattr(view, _BODY, request.max_content_length)
    if getattr(view, _PICTURE, False):
        request.max_content_length = getattr(view, _BODY, LARGEST_PHOTO)
        if request.mimetype not in _PICTURE_TYPES:
            abort(415)


def photos_of(files: Sequence[FileStorage]) -> tuple[Photo, ...]:
    """Return the photos among *files*, numbered as they were chosen.

    :raises PhotosRefusedError: if there is none, or more than :data:`MOST_PHOTOS`.
    """
    chosen = [file for file in files if file.filename]  # a browser sends an empty one for none
    if not 1 <= len(chosen) <= MOST_PHOTOS:
        raise PhotosRefusedError(
            ("Choose at least one photo." if not chosen else "There are too many photos.",),
            remedy=f"Between 3 and {MOST_PHOTOS} are best.",
        )
    return tuple(
        Photo(f"Photo {number}", file.stream.read()) for number, file in enumerate(chosen, start=1)
    )
