"""boto3 as the client of the whole appliance."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.appliance import Appliance, appliance, buckets, running
from tests.application import DOOR

__all__ = ["DOOR", "Appliance", "appliance", "buckets", "running"]  # fixtures, and what tests name


@pytest.fixture
def client(appliance: Appliance) -> Any:
    """Give a client that may do everything, but on the door's collection."""
    return appliance.client()


@pytest.fixture
def collection(client: Any) -> str:
    """Give an empty collection."""
    name = f"test-{uuid.uuid4()}"
    client.create_collection(CollectionId=name)
    return name


@pytest.fixture(scope="session")
def woman(portrait: bytes) -> bytes:
    """Show one woman."""
    return portrait


@pytest.fixture(scope="session")
def man(driver: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Show one man three times."""
    return driver
