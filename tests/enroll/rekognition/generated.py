"""Requests made from the service model: some that fit it, some that miss it by a little."""

from __future__ import annotations

import base64
from typing import Any

from botocore.model import Shape
from hypothesis import strategies as st

_JUNK: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=12) | st.just([])
)

_WORDS = st.sampled_from(
    [
        "badges",
        "test",
        "a",
        "ada",
        "user:1",
        "00000000-0000-0000-0000-000000000000",
        "photos",
        "a.png",
    ]
)
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_BLOBS = st.binary(min_size=1, max_size=60) | st.just(_PNG)


def requests_for(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    """Return requests for the structure *shape*, now and then with a member that does not fit."""

    def spoiled(request: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        names = st.sampled_from([*shape.members, "Unknown"])
        return st.builds(lambda name, junk: request | {name: junk}, names, _JUNK)

    fitting = _values(shape)
    return st.one_of(fitting, fitting, fitting.flatmap(spoiled))


def _values(shape: Shape) -> st.SearchStrategy[Any]:
    kind = shape.type_name
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 2**31 - 1)
    if kind == "structure":
        members = {name: _values(member) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        return st.fixed_dictionaries(required, optional=members)
    if kind == "list":
        return st.lists(_values(shape.member), min_size=low, max_size=min(high, low + 3))
    if kind == "map":
        return st.dictionaries(_values(shape.key), _values(shape.value), min_size=low, max_size=3)
    if kind == "string":
        return _texts(shape, low, high)
    scalars: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(low, high),
        "long": st.integers(low, high),
        "float": st.floats(low, min(high, 1e6), width=32),
        "boolean": st.booleans(),
        "blob": st.builds(lambda value: base64.b64encode(value).decode(), _BLOBS),
    }
    return scalars[kind]


def _texts(shape: Shape, low: int, high: int) -> st.SearchStrategy[str]:
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    pattern = shape.metadata.get("pattern")
    if pattern is None or r"\p{" in pattern:
        return _WORDS | st.text(min_size=low, max_size=min(high, low + 20))
    fitting = st.from_regex(pattern, fullmatch=True).filter(lambda text: low <= len(text) <= high)
    return fitting if low == 36 or "8}" in pattern else _WORDS | fitting
