"""TOML that nobody vouches for, read in bounded time; whatever is wrong with it is one kind of error.

``tomllib`` raises a ValueError that is no TOMLDecodeError for a number of thousands of digits, a
RecursionError for brackets within brackets, and its time and memory grow with the square of the parts
of a dotted key: 50,000 parts, a document of 100 kB, took two minutes and more than 10 GB.
"""

from __future__ import annotations

import tomllib
from typing import Any

MOST_DOTS = 200
"""In one line: a key's parts all stand in one. A million characters in keys of so many parts take a few
seconds; settings and rules have keys of three parts."""


class NotTomlError(ValueError):
    """Error raised when a text is no TOML, or none that anybody would write."""


def parse_toml(text: str) -> dict[str, Any]:
    """Return the document that *text* is.

    :raises NotTomlError: if it is none; says why, and where.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MOST_DOTS:
            raise NotTomlError(f"line {number} has more than {MOST_DOTS} dots")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise NotTomlError("brackets stand within brackets too often") from error
    except ValueError as error:  # TOMLDecodeError is one
        raise NotTomlError(str(error)) from error
