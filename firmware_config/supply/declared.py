"""What a package says of its own licence, and whether that is what our table says."""

from __future__ import annotations

import re
from importlib.metadata import Distribution

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

# What may be meant by a classifier, which is vaguer than a licence.
_MEANT = {
    "Apache Software License": {"Apache-2.0"},
    "BSD License": {"BSD-2-Clause", "BSD-3-Clause"},
    "GNU General Public License (GPL)": {"GPL-2.0-or-later", "GPL-3.0-or-later"},
    "MIT License": {"MIT"},
    "Mozilla Public License 2.0 (MPL 2.0)": {"MPL-2.0"},
    "Public Domain": {"LicenseRef-Public-Domain"},
    "Python Software Foundation License": {"PSF-2.0"},
    "Zope Public License": {"ZPL-2.1"},
}
_SAYS_NOTHING = {"DFSG approved"}


def expression_of(package: Distribution) -> str | None:
    """Return the expression of SPDX that *package* gives, None if it gives none."""
    told = package.metadata
    for field in ("License-Expression", "License"):
        try:
            said = told[field] if field in told else ""  # noqa: SIM401  # get() since 3.12
            return str(canonicalize_license_expression(said))
        except InvalidLicenseExpression:
            continue  # the older field may hold anything, often the whole text
    return None


def classified(package: Distribution) -> tuple[frozenset[str], ...]:
    """Return for each classifier of a licence what may be meant; unknown ones mean themselves."""
    told = [
        each.rsplit(" :: ", 1)[-1]
        for each in package.metadata.get_all("Classifier", [])
        if each.startswith("License :: ")
    ]
    return tuple(frozenset(_MEANT.get(each, {each})) for each in told if each not in _SAYS_NOTHING)


def agrees(package: Distribution, licence: str) -> bool | None:
    """Tell whether *package* says that it has *licence*; None if it says nothing exact.

    Every classifier must be met by the licence; one expression must be the other.
    """
    expression = expression_of(package)
    if expression is not None:
        return expression == canonicalize_license_expression(licence)
    meant = classified(package)
    if not meant:
        return None
    named = set(re.findall(r"[\w.+-]+", licence))
    return all(each & named for each in meant)
