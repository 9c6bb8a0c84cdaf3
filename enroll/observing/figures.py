"""What the pages count: requests by their route, events by their kind; nothing of what was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from edge.audit import EventKind
from edge.collection.collections import Collections
from edge.core import Core
from edge.counting import host_figures
from edge.errors import OstiaryError
from edge.metrics import figures_in
from edge.metrics.exposition import new_registry, text_of
from edge.video.jobs import Jobs

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS"))
"""Others are "other": whoever asks may invent some."""

NOWHERE = "none"
"""The route of a request to an address that there is not."""

HIDDEN = frozenset((EventKind.DURESS.value,))
"""Whoever threatens somebody may be the one who reads the figures."""


class WebFigures:
    """Counts the requests of one application, and gives the door's figures beside its own."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._own = new_registry()
        self._requests = Counter(
            "ostiary_web_requests",
            "Requests, by the route that answered them.",
            ["route", "method", "status"],
            registry=self._own,
        )
        self._seconds = Histogram(
            "ostiary_web_request_seconds",
            "Time to an answer, by the part of the pages.",
            ["part"],
            buckets=SECONDS,
            registry=self._own,
        )
        ProcessCollector(namespace="ostiary_web", registry=self._own)
        self._own.register(Stored(core))
        # The door gives these, too, while there is one.
        self._instead = new_registry()
        self._instead.register(host_figures(core))

    def count(self, app: Flask) -> None:
        """Count every request of *app* from here on."""
        app.before_request(_begin)
        app.after_request(self._answered)

    def text(self) -> bytes:
        """Return all figures of this moment."""
        door = figures_in(self._core.live)
        if door is None:
            return b"".join((_up(alive=False), text_of(self._instead), text_of(self._own)))
        return b"".join((_up(alive=True), door, text_of(self._own)))

    def _answered(self, response: Response) -> Response:
        rule = request.url_rule
        self._requests.labels(
            route=NOWHERE if rule is None else rule.rule,
            method=request.method if request.method in METHODS else "other",
            status=str(response.status_code),
        ).inc()
        began = g.get("began")
        if began is not None:
            part = NOWHERE if rule is None else request.blueprint or "start"
            self._seconds.labels(part=part).observe(time.perf_counter() - began)
        return response


class Stored(Collector):
    """What is in the databases of *core*, and what happened since this program started."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._turn = threading.Lock()
        self._counts: dict[str, int] = {kind.value: 0 for kind in EventKind}
        self._until: int | None = None
        with suppress(OstiaryError):
            self._until = core.audit.count

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of this moment; those that cannot be had are left out."""
        with suppress(OstiaryError):
            yield self._events()
        with suppress(OstiaryError):
            yield from self._people()
        with suppress(OstiaryError):
            yield GaugeMetricFamily(
                "ostiary_web_videos_waiting",
                "Stored videos that are or will be analysed.",
                value=Jobs(self._core.video).waiting,
            )
        sizes = GaugeMetricFamily(
            "ostiary_database_bytes", "Size with its log, by file.", labels=["file"]
        )
        for path in (self._core.collection_path, self._core.audit_path, self._core.web_path):
            files = (path, path.with_name(f"{path.name}-wal"))
            with suppress(OSError):
                sizes.add_metric(
                    [path.stem], sum(each.stat().st_size for each in files if each.exists())
                )
        yield sizes

    def _events(self) -> Metric:
        """Count what was recorded by anybody since the last time, and add it up."""
        with self._turn:
            newest = self._core.audit.count
            if self._until is None:
                self._until = newest
            for kind, count in self._core.audit.search.kinds(
                after=self._until, until=newest
            ).items():
                if kind in self._counts:
                    self._counts[kind] += count
            self._until = newest
            family = CounterMetricFamily(
                "ostiary_web_events",
                "Events recorded by any program since the pages started, by kind.",
                labels=["kind"],
            )
            for kind, count in self._counts.items():
                if kind not in HIDDEN:
                    family.add_metric([kind], count)
        return family

    def _people(self) -> Iterator[Metric]:
        held = Collections(self._core.database).describe(self._core.settings.door.collection)
        yield GaugeMetricFamily(
            "ostiary_people", "People in the door's collection.", value=held.people
        )
        yield GaugeMetricFamily("ostiary_faces", "Their faces.", value=held.faces)


def _begin() -> None:
    g.began = time.perf_counter()


def _up(*, alive: bool) -> bytes:
    return (
        "# HELP ostiary_door_up 1 while the door gives a sign of life.\n"
        f"# TYPE ostiary_door_up gauge\nostiary_door_up {1 if alive else 0}.0\n"
    ).encode()
