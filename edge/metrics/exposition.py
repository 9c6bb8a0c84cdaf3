"""Registries as text in Prometheus' format; a registry a process part, none that is global."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, disable_created_metrics
from prometheus_client.exposition import generate_latest

__all__ = ["CONTENT_TYPE", "new_registry", "text_of"]

CONTENT_TYPE = CONTENT_TYPE_LATEST

# When each counter was made is one more series a counter, and the same for all of them.
disable_created_metrics()  # type: ignore[no-untyped-call]


def new_registry() -> CollectorRegistry:
    """Return a registry that refuses two figures of one name."""
    return CollectorRegistry(auto_describe=False)


def text_of(registry: CollectorRegistry) -> bytes:
    """Return all figures of *registry*; texts of two that share no name may stand one after the other."""
    return generate_latest(registry)
