"""The rule which licences go with Ostiary's own, Apache-2.0.

An expression of SPDX is judged by its worst part where all parts count (AND) and by its best where
one may choose (OR). What is not in the lists below is unknown, and goes with nothing: whoever adds a
package with a new licence reads it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum


class Terms(IntEnum):
    """What a licence asks of whoever passes the thing on; more with every step."""

    FREE = 0
    """To keep the notice."""

    UNCHANGED = 1
    """The source of the thing itself, or that it stays as it is: as a library apart, replaceable."""

    TOOL = 2
    """The source of all that is made with it: not in what is delivered."""

    UNKNOWN = 3
    """Nobody has read it."""


_FREE = """
0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 FTL HPND IJG ISC MIT MIT-0 MIT-CMU OpenSSL
PSF-2.0 Python-2.0 Unicode-3.0 Unicode-DFS-2016 Unlicense X11 ZPL-2.1 Zlib blessing libpng-2.0
libtiff LicenseRef-Public-Domain
"""
_UNCHANGED = """
EPL-2.0 LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-or-later MPL-2.0
LicenseRef-Intel-Simplified-Software
"""
_TOOL = "GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later AGPL-3.0-or-later"

_TERMS = {
    **dict.fromkeys(_FREE.split(), Terms.FREE),
    **dict.fromkeys(_UNCHANGED.split(), Terms.UNCHANGED),
    **dict.fromkeys(_TOOL.split(), Terms.TOOL),
}

_EXCEPTIONS = {
    # Programs that are made with the compiler's own libraries are their authors'.
    "GPL-3.0-or-later WITH GCC-exception-3.1": Terms.FREE,
    "Apache-2.0 WITH LLVM-exception": Terms.FREE,
}

_WORD = re.compile(r"\(|\)|[^\s()]+")


def terms_of(expression: str) -> Terms:
    """Return what *expression* asks for.

    :raises ValueError: if it is no expression of SPDX.
    """
    words = iter([*_WORD.findall(expression), ""])
    worst, end = _choice(words)
    if end:
        raise ValueError(f"{expression!r} is no expression of SPDX")
    return worst


def _choice(words: Iterator[str]) -> tuple[Terms, str]:
    """Read "… OR …", and return the word after it, too."""
    terms, word = _all(words)
    while word == "OR":
        other, word = _all(words)
        terms = min(terms, other)
    return terms, word


def _all(words: Iterator[str]) -> tuple[Terms, str]:
    """Read "… AND …", which binds tighter."""
    terms, word = _one(words)
    while word == "AND":
        other, word = _one(words)
        terms = max(terms, other)
    return terms, word


def _one(words: Iterator[str]) -> tuple[Terms, str]:
    """Read a licence, one with an exception, or what stands in brackets."""
    name = next(words)
    if name == "(":
        terms, end = _choice(words)
        if end != ")":
            raise ValueError("a bracket is not closed")
        return terms, next(words)
    if name in {"", ")", "AND", "OR", "WITH"}:
        raise ValueError(f"a licence should stand where {name or 'the end'!r} is")
    word = next(words)
    if word != "WITH":
        return _TERMS.get(name, Terms.UNKNOWN), word
    return _EXCEPTIONS.get(f"{name} WITH {next(words)}", Terms.UNKNOWN), next(words)
