"""What requests may hold is what Amazon's service model says, limit by limit."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from annotated_types import Ge, Le, MaxLen, MinLen
from botocore.model import Shape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic.alias_generators import to_pascal
from pydantic.fields import FieldInfo

from enroll.rekognition.errors import ServiceError
from enroll.rekognition.handlers import HANDLERS, request_type
from enroll.rekognition.members import Refused
from enroll.rekognition.operations import BY_NAME, OFFERED
from enroll.rekognition.reading import read_request
from tests.enroll.rekognition.model import service_model

MODEL = service_model()


def test_every_operation_of_the_model_is_in_the_table() -> None:
    """All 75 are named, and those on offer are answered."""
    assert set(BY_NAME) == set(MODEL.operation_names)
    assert {operation.name for operation in OFFERED} == set(HANDLERS)


@pytest.mark.parametrize("operation", HANDLERS)
def test_a_request_is_the_models(operation: str) -> None:
    """Members, what is required, lengths, ranges, patterns and values are those of botocore."""
    shape = MODEL.operation_model(operation).input_shape
    assert list(differences(request_type(operation), shape)) == []


def differences(kind: type, shape: Shape) -> Iterator[str]:
    """Yield how the dataclass *kind* differs from a structure of the model."""
    hints = get_type_hints(kind, include_extras=True)
    ours = {_name(hints[field.name], field.name): field for field in fields(kind)}
    if set(ours) != set(shape.members):
        yield f"{kind.__name__} has {set(ours) ^ set(shape.members)} more or less"
    for name, field in ours.items():
        required = field.default is MISSING and field.default_factory is MISSING
        if required != (name in shape.required_members):
            yield f"{name} is required in one of the two"
        yield from _member(hints[field.name], shape.members[name], name)


def _name(hint: Any, name: str) -> str:
    aliases = [
        each.alias for each in getattr(hint, "__metadata__", ()) if isinstance(each, FieldInfo)
    ]
    return next((alias for alias in aliases if alias), to_pascal(name))


def _member(hint: Any, shape: Shape, place: str) -> Iterator[str]:
    base, metadata = _unwrapped(hint)
    limits = _limits(metadata)
    wanted = {key: shape.metadata[key] for key in ("min", "max") if key in shape.metadata}
    if {key: limits[key] for key in ("min", "max") if key in limits} != wanted:
        yield f"{place} has {limits}, the model {wanted}"
    pattern = shape.metadata.get("pattern", "")
    if pattern and r"\p{" not in pattern and _bare(limits.get("pattern", "")) != _bare(pattern):
        yield f"{place} has {limits.get('pattern')}, the model {pattern}"
    if is_dataclass(base):
        assert isinstance(base, type)
        yield from differences(base, shape)
    elif get_origin(base) is tuple:
        yield from _member(get_args(base)[0], shape.member, f"{place}[]")
    elif base == Refused:
        assert shape.type_name == "structure"
    elif get_origin(base) is Mapping:
        key, value = get_args(base)
        yield from _member(key, shape.key, f"{place} key")
        yield from _member(value, shape.value, f"{place} value")
    elif isinstance(base, type) and issubclass(base, StrEnum):
        if {str(each) for each in base} != set(shape.metadata.get("enum", ())):
            yield f"{place} has other values than the model"
    else:
        names = {str: "string", bytes: "blob", int: "integer", float: "float", bool: "boolean"}
        if names[base] != shape.type_name:
            yield f"{place} is {base}, the model has {shape.type_name}"


def _unwrapped(hint: Any) -> tuple[Any, list[Any]]:
    """Return the type in *hint* without ``None`` and annotations, and the annotations."""
    metadata: list[Any] = []
    while True:
        if get_origin(hint) is Annotated:
            metadata += hint.__metadata__
            hint = get_args(hint)[0]
        elif get_origin(hint) in {Union, types.UnionType}:
            (hint,) = (each for each in get_args(hint) if each is not type(None))
        else:
            return hint, metadata


def _limits(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in metadata:
        for rule in each.metadata if isinstance(each, FieldInfo) else ():
            if isinstance(rule, Ge | MinLen):
                found["min"] = rule.ge if isinstance(rule, Ge) else rule.min_length
            elif isinstance(rule, Le | MaxLen):
                found["max"] = rule.le if isinstance(rule, Le) else rule.max_length
            elif getattr(rule, "pattern", None) is not None:
                found["pattern"] = rule.pattern
    return found


def _bare(pattern: str) -> str:
    return pattern.strip("()").removeprefix("^").removesuffix("$").replace(r"\.", ".")


def refusal(operation: str, body: bytes) -> ServiceError:
    """Return the error that a body is refused with."""
    with pytest.raises(ServiceError) as caught:
        read_request(request_type(operation), body)
    return caught.value


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"CollectionId": ""}', "1 validation error detected: Value at 'collectionId' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        (b'{"CollectionId": "a b"}', "Member must satisfy regular expression pattern"),
        (b"{}", "Value at 'collectionId' failed to satisfy constraint: Member must not be null"),
        (b"", "Member must not be null"),
        (b'{"CollectionId": null}', "Member must not be null"),
        (b'{"CollectionId": "", "Tags": {"aws:a": ""}}', "2 validation errors detected"),
        (b'{"CollectionId": "a", "Tags": {"a": "<"}}', "pattern"),
    ],
)  # fmt: skip
def test_limits_are_told_as_amazon_tells_them(body: bytes, told: str) -> None:
    """Every member that is beyond one, by its place."""
    error = refusal("CreateCollection", body)
    assert error.code == "ValidationException"
    assert told in str(error)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"CollectionId": 1}',
        b'{"CollectionId": ["a"]}',
        b'{"CollectionId": "a", "Tags": []}',
        b'{"CollectionId": "a", "Tags": {"a": 1}}',
        b"[" * 100_000,
        b'{"CollectionId": ' * 10_000,
    ],
)
def test_another_form_is_a_serialization_exception(body: bytes) -> None:
    """JSON that is none, or is not what it should be."""
    assert refusal("CreateCollection", body).code == "SerializationException"


@pytest.mark.parametrize(
    "body",
    [
        b'{"Image": {"Bytes": "not base64!"}}',
        b'{"Image": {"Bytes": 3}}',
        b'{"Image": {}, "Attributes": "ALL"}',
    ],
)
def test_pictures_of_another_form(body: bytes) -> None:
    """Bytes are base64, and a list is a list."""
    assert refusal("DetectFaces", body).code == "SerializationException"


def test_no_value_is_repeated() -> None:
    """A picture, or a word in the wrong place, does not come back in the message."""
    error = refusal("DetectFaces", b'{"Image": {"Bytes": ""}, "Attributes": ["SECRET"]}')
    assert "SECRET" not in str(error)
    assert "image.bytes" in str(error)


def test_unknown_members_are_passed_over() -> None:
    """A newer client may say more than is known here."""
    asked = read_request(request_type("ListCollections"), b'{"Newer": {"a": [1]}, "MaxResults": 3}')
    assert asked.max_results == 3


CODES = {None, "ValidationException", "SerializationException"}


def code_for(operation: str, body: bytes) -> str | None:
    """Return the code that a body is refused with, or None if it is read."""
    try:
        read_request(request_type(operation), body)
    except ServiceError as error:
        return error.code
    return None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(operation=st.sampled_from(sorted(HANDLERS)), body=st.data())
def test_whatever_comes_is_read_or_refused(operation: str, body: st.DataObject) -> None:
    """Nothing but the two codes, whatever stands in the members that there are."""
    shape = MODEL.operation_model(operation).input_shape
    content = body.draw(st.dictionaries(st.sampled_from([*shape.members, "Other"]), json_values))
    assert code_for(operation, json.dumps(content).encode()) in CODES


@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Not even JSON."""
    assert code_for("IndexFaces", body) in CODES
