"""The whole appliance behind TLS on a real socket, and boto3 as its client.

The fixtures are for every conftest that imports them.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import waitress
from botocore.config import Config

from edge.audit import AuditEntry
from edge.core import Core
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from enroll.passwords import Passwords
from enroll.rekognition.keys import AccessKey, AccessKeys
from enroll.rekognition.operations import OFFERED
from enroll.tls import ensure_certificate
from enroll.tls_front import TlsFront
from tests.application import application
from tests.enroll.rekognition.model import faults_of, may_answer, service_model

EVERYTHING = tuple(operation.name for operation in OFFERED)


@dataclass
class Appliance:
    """A running server, and what stands behind it, for looking at it directly."""

    folder: Path
    core: Core
    keys: AccessKeys
    certificate: Path
    port: int
    buckets: Path
    faults: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def audit(self) -> list[AuditEntry]:
        return list(self.core.audit.entries())

    def key(self, *operations: str, collections: tuple[str, ...] = ("*",)) -> tuple[AccessKey, str]:
        """Make a key for *operations*, or for everything."""
        return self.keys.create(
            label="test",
            operations=operations or EVERYTHING,
            collections=collections,
            created_by="test",
            now=datetime.now(UTC),
        )

    def client(self, key: tuple[AccessKey, str] | None = None, **more: Any) -> Any:
        """Return a client whose every answer is held against the service model."""
        access, secret = key or self.key()
        client = boto3.client(
            "rekognition",
            endpoint_url=self.url,
            region_name="eu-central-1",
            aws_access_key_id=access.key_id,
            aws_secret_access_key=secret,
            verify=str(self.certificate),
            config=Config(retries={"total_max_attempts": 1}, **more),
        )
        client.meta.events.register("response-received.rekognition", self._check)
        return client

    def _check(self, response_dict: dict[str, Any] | None, **told: Any) -> None:
        if response_dict is None:
            return
        operation = MODEL.operation_model(told["event_name"].rpartition(".")[2])
        content = json.loads(response_dict["body"])
        if response_dict["status_code"] >= 300:
            if not may_answer(operation, content["__type"]):
                self.faults.append(f"{operation.name} may not answer {content['__type']}")
        elif operation.output_shape is not None:
            self.faults += [
                f"{operation.name}: {fault}" for fault in faults_of(operation.output_shape, content)
            ]


MODEL = service_model()


@pytest.fixture(scope="session")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that is the bucket "photos"."""
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory,
    models: ModelStore,
    recognizer: Recognizer,
    passwords: Passwords,
    buckets: Path,
) -> Iterator[Appliance]:
    """Serve one appliance to all tests of the API; each uses collections of its own."""
    folder = tmp_path_factory.mktemp("appliance")
    with ExitStack() as stack:
        built = stack.enter_context(
            application(
                folder,
                buckets,
                models=models,
                recognizer=recognizer,
                passwords=passwords,
                secure=True,
            )
        )
        certificate = ensure_certificate(folder, ("localhost",), now=datetime.now(UTC))
        inner, outer = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        port = outer.getsockname()[1]
        front = stack.enter_context(
            TlsFront(
                outer,
                context=certificate.context(),
                inner=inner.getsockname(),
                connections=24,
            )
        )
        server = waitress.create_server(
            front.restoring_sender(built.app), sockets=[inner], threads=8, url_scheme="https"
        )
        stack.callback(server.close)
        threading.Thread(target=server.run, daemon=True).start()
        yield Appliance(folder, built.core, AccessKeys(built.web), certificate.path, port, buckets)


@pytest.fixture
def appliance(running: Appliance) -> Iterator[Appliance]:
    """Give the appliance, and see that every answer was one that the service model knows."""
    running.faults.clear()
    yield running
    assert running.faults == []


def contents(folder: Path) -> dict[str, bytes]:
    """Return what every file below *folder* holds, but for SQLite's shared memory of locks."""
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }
