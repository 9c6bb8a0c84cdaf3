"""From the body of a request to a request; whatever is wrong with it is told as Amazon tells it.

A body of the wrong form is a ``SerializationException``; a member beyond its limits is a
``ValidationException`` that names every one of them. Values are not repeated to their sender: the
largest are faces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from enroll.rekognition.errors import ServiceError

Request = TypeVar("Request")

_RULES: Mapping[str, str] = {
    "missing": "must not be null",
    "string_too_short": "must have length greater than or equal to {min_length}",
    "string_too_long": "must have length less than or equal to {max_length}",
    "bytes_too_short": "must have length greater than or equal to {min_length}",
    "bytes_too_long": "must have length less than or equal to {max_length}",
    "too_short": "must have length greater than or equal to {min_length}",
    "too_long": "must have length less than or equal to {max_length}",
    "string_pattern_mismatch": "must satisfy regular expression pattern",
    "greater_than_equal": "must have value greater than or equal to {ge}",
    "less_than_equal": "must have value less than or equal to {le}",
    "enum": "must satisfy enum value set: [{expected}]",
}
"""How Amazon words a limit, by pydantic's name for it. Every other fault is one of form."""


def read_request(kind: type[Request], body: bytes) -> Request:
    """Return the request in *body*, JSON in UTF-8; nothing at all counts as ``{}``.

    :raises ServiceError: SerializationException or ValidationException.
    """
    try:
        request: Request = _adapters[kind].validate_json(body or b"{}")
    except ValidationError as error:
        raise _told(error) from None  # pydantic's own text would repeat the values
    return request


class _Adapters(dict[type[Any], TypeAdapter[Any]]):
    """What reads each type of request, made when the first one comes."""

    def __missing__(self, kind: type[Any]) -> TypeAdapter[Any]:
        self[kind] = made = TypeAdapter(kind)
        return made


_adapters = _Adapters()


def _told(error: ValidationError) -> ServiceError:
    limits = []
    for fault in error.errors(include_url=False):
        kind, context = fault["type"], fault.get("ctx", {})
        if kind not in _RULES and fault["input"] is None and fault["loc"]:
            kind = "missing"
        if kind not in _RULES:
            where = _place(fault["loc"])
            return ServiceError(
                "SerializationException",
                f"The request is not of the form it should be{where and f', at {where}'}.",
            )
        limits.append(
            f"Value at '{_place(fault['loc'])}' failed to satisfy constraint: "
            f"Member {_RULES[kind].format_map(context)}"
        )
    count = f"{len(limits)} validation error{'s' if len(limits) > 1 else ''} detected"
    return ServiceError("ValidationException", f"{count}: {'; '.join(limits)}")


def _place(location: tuple[int | str, ...]) -> str:
    """Return where a fault is, as Amazon writes it: `image.bytes`, `faceIds.2.member`.

    A key of a map is the sender's, of any length, and so is not written.
    """
    steps = []
    for step in location:
        if isinstance(step, int):
            steps.append(f"{step + 1}.member")
        elif step == "[key]":
            steps.append("key")
        elif step.isidentifier():
            steps.append(step[:1].lower() + step[1:])
    return ".".join(steps)[:200]
