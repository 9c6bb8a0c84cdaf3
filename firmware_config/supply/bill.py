"""A bill of all that an installation of Ostiary is made of, as CycloneDX 1.6.

Run ``python firmware_config/supply/bill.py [--of PYTHON] [--output FILE]`` with the tools of ``tools.txt``, as
`make sbom` does. cyclonedx-py lists the packages of the environment of PYTHON; added are what the
wheels of those carry inside, what each package is there for, and the weights of the networks with
the SHA-256 that was found, their licences and where they come from. The bill is checked against
the schema, which the library brings along, before it is written.

Ends with 1 if the bill is not valid or a weight is not what the catalogue names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from closure import ROOT, Needs, installed, needs, uses
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from described import inside, scope_of, weight_of
from packaging.utils import canonicalize_name

VERSION = SchemaVersion.V1_6

Weights = tuple[tuple[str, Component], ...]
"""Networks, each with the canonical name of the package that brings it, "" for none."""


def packages_of(python: str) -> Bom:
    """Let cyclonedx-py list the environment of *python*, with Ostiary as its root."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "packages.json")
        _run(
            *(sys.executable, "-m", "cyclonedx_py", "environment", python),
            *("--pyproject", str(ROOT / "pyproject.toml"), "--spec-version", VERSION.to_version()),
            *("--output-format", "JSON", "--output-reproducible", "--output-file", str(file)),
        )
        bill = Bom.from_json(json.loads(file.read_text(encoding="utf-8")))
    assert isinstance(bill, Bom)  # noqa: S101  # an empty file would be None
    return bill


def weights_of(python: str) -> Weights:
    """Return the networks that *python* finds, each with the name of the package that brings it.

    :raises ValueError: if one is not what the catalogue names.
    """
    networks = json.loads(_run(python, "-m", "edge", "models", "--json"))
    found = ((told["package"] or "", weight_of(told)) for told in networks)
    return tuple(
        (canonicalize_name(package.split("==")[0]), weight)
        for package, weight in found
        if weight is not None
    )


def complete(bill: Bom, python: str, asked: Needs) -> None:
    """Add to each package of *python* what it is there for and what it carries."""
    path = json.loads(_run(python, "-c", "import json, sys; print(json.dumps(sys.path[1:]))"))
    there = installed(path)
    use_of = uses(there, asked)
    for component in bill.components:
        name = canonicalize_name(component.name)
        component.scope = scope_of(use_of.get(name))
        if name in there:
            component.components = inside(there[name])


def add_weights(bill: Bom, weights: Weights) -> None:
    """Add the networks, which the root depends on, and each on the package that brings it."""
    by_name = {canonicalize_name(each.name): each for each in bill.components}
    root = bill.metadata.component
    assert root is not None  # noqa: S101  # it was given by --pyproject
    for package, weight in weights:
        bill.components.add(weight)
        bill.register_dependency(root, [weight])
        brought_by = [each for name, each in by_name.items() if name == package]
        bill.register_dependency(weight, brought_by)


def valid(bill: Bom) -> str:
    """Return *bill* as JSON that keeps to the schema.

    :raises ValueError: if it does not.
    """
    text: str = make_outputter(bill, OutputFormat.JSON, VERSION).output_as_string(indent=2)
    fault = JsonStrictValidator(VERSION).validate_str(text)
    if fault is not None:
        raise ValueError(f"the bill does not keep to the schema of CycloneDX: {fault}")
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bill and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--of", default=str(ROOT / ".venv" / "bin" / "python"))
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "ostiary.cdx.json")
    chosen = parser.parse_args(arguments)
    try:
        weights = weights_of(chosen.of)
        bill = packages_of(chosen.of)
        complete(bill, chosen.of, needs())
        add_weights(bill, weights)
        text = valid(bill)
    except (subprocess.CalledProcessError, ValueError) as error:
        told = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
        print(f"{error}\n{told or ''}".strip(), file=sys.stderr)
        return 1
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(text + "\n", encoding="utf-8")
    carried = sum(len(each.components) for each in bill.components)
    print(f"{chosen.output}: {len(bill.components)} components, {carried} carried inside of them.")
    return 0


def _run(*command: str) -> str:
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())
