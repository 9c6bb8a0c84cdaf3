"""The service model that ships in botocore, and a check of answers against it, member by member."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape

COMMON_ERRORS = frozenset(
    (
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
        "UnknownOperationException",
        "SerializationException",
        "ValidationException",
        "RequestEntityTooLargeException",
    )
)
"""What every Amazon service may answer with, beside what an operation declares."""


def service_model() -> ServiceModel:
    """Return Rekognition's model."""
    return botocore.session.get_session().get_service_model("rekognition")


def pattern_of(expression: str) -> re.Pattern[str] | None:
    """Return a pattern of the model, or None where it has classes that Python does not know."""
    return None if r"\p{" in expression else re.compile(expression)


def faults_of(shape: Shape, value: Any, place: str = "answer") -> Iterator[str]:
    """Yield what of *value* is not as *shape* has it; unknown members are faults, too."""
    if shape.type_name == "structure":
        yield from _structure_faults(shape, value, place)
    elif shape.type_name == "list":
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        yield from _range(shape, len(value), place)
        for number, member in enumerate(value):
            yield from faults_of(shape.member, member, f"{place}[{number}]")
    elif shape.type_name == "map":
        if not isinstance(value, dict):
            yield f"{place} is no map"
            return
        yield from _range(shape, len(value), place)
        for key, member in value.items():
            yield from faults_of(shape.key, key, f"{place} key")
            yield from faults_of(shape.value, member, f"{place}.{key}")
    else:
        yield from _scalar_faults(shape, value, place)


def _structure_faults(shape: Shape, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is no structure"
        return
    for name in getattr(shape, "required_members", ()):
        if name not in value:
            yield f"{place}.{name} is missing"
    for name, member in value.items():
        if name not in shape.members:
            yield f"{place}.{name} is unknown"
        else:
            yield from faults_of(shape.members[name], member, f"{place}.{name}")


def _scalar_faults(shape: Shape, value: Any, place: str) -> Iterator[str]:
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "blob": (str,),
        "integer": (int,),
        "long": (int,),
        "float": (int, float),
        "double": (int, float),
        "timestamp": (int, float),
        "boolean": (bool,),
    }
    wanted = kinds[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        yield f"{place} is {value!r}, no {shape.type_name}"
        return
    size: Any = len(value) if isinstance(value, str) else value
    yield from _range(shape, size, place)
    if isinstance(value, str):
        pattern = pattern_of(shape.metadata.get("pattern", ""))
        if pattern is not None and pattern.pattern and not pattern.fullmatch(value):
            yield f"{place} is {value!r}, which {pattern.pattern} does not match"
        if shape.metadata.get("enum") and value not in shape.metadata["enum"]:
            yield f"{place} is {value!r}, which is not one of {shape.metadata['enum']}"


def _range(shape: Shape, size: float, place: str) -> Iterator[str]:
    if size < shape.metadata.get("min", size):
        yield f"{place} is below {shape.metadata['min']}"
    if size > shape.metadata.get("max", size):
        yield f"{place} is above {shape.metadata['max']}"


def may_answer(operation: OperationModel, code: str) -> bool:
    """Return whether *operation* may be refused with the error *code*."""
    return code in COMMON_ERRORS or code in {shape.name for shape in operation.error_shapes}
