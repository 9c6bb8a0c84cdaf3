"""What a bill says about one component: a weight, a library inside of a package, a use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import Distribution
from typing import Any

from carried import Part, parts_of
from closure import Use
from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.component import Component, ComponentScope, ComponentType, Pedigree
from cyclonedx.model.license import License


def scope_of(use: Use | None) -> ComponentScope:
    """Say what a package is there for: to run, for a picture of a report, or not for the product."""
    if use in (Use.PROGRAM, Use.FILES):
        return ComponentScope.REQUIRED
    return ComponentScope.OPTIONAL if use is Use.REPORT else ComponentScope.EXCLUDED


def inside(package: Distribution) -> list[Component]:
    """Return what *package* carries, each with a reference that no other component has."""
    name = package.metadata["Name"]
    return [
        Component(
            name=part.name,
            version=part.version or None,
            type=ComponentType.LIBRARY,
            bom_ref=f"{name}/{part.name}@{part.version}#{number}",
            licenses=_licences(part.licence),
        )
        for number, part in enumerate[Part](parts_of(package))
    ]


def weight_of(told: Mapping[str, Any]) -> Component | None:
    """Return a network as `ostiary models --json` tells of it, None if it is not there.

    :raises ValueError: if its file is another than the catalogue names.
    """
    if told["found_sha256"] is None:
        return None
    if told["found_sha256"] != told["expected_sha256"]:
        raise ValueError(f"{told['file']} is not what the catalogue names; run `ostiary models`.")
    published = told["source"]
    source = Component(
        name=published["name"],
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"published/{published['name']}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=published["sha256"])],
        licenses=_licences(told["licence"]),
        external_references=[
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url))
            for url in told["urls"]
        ],
    )
    return Component(
        name=told["name"],
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"model/{told['name']}",
        scope=ComponentScope.OPTIONAL if told["optional"] else ComponentScope.REQUIRED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=told["found_sha256"])],
        licenses=_licences(told["licence"]),
        pedigree=Pedigree(ancestors=[source], notes=told["preparation"]),
        properties=[
            Property(name="ostiary:role", value=told["role"]),
            Property(name="ostiary:package", value=told["package"] or "upstream only"),
        ],
    )


def _licences(told: str) -> list[License]:
    return [LicenseFactory().make_from_string(told)] if told else []
