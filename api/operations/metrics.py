"""What a service counts, in the text format of Prometheus.

Each application has a registry of its own. Labels are bounded: a route is its template, a method one of a few, a status
one that we send; numbers, names and addresses never become labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.operations.records import RequestRecord
from api.running import Running
from engine.storage.standing import standing_of

__all__ = ["CONTENT_TYPE_LATEST", "Metrics", "MetricsDep"]

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds: an event is stored in some ten milliseconds, a large log is read in ten seconds."""
NO_STATUS = "none"
"""Of a request that got no answer, because its client left or the service ended."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began says nothing here: all begin with the process


class Metrics:
    """The metrics of one application.

    Attributes:
        registry: Where they are.
        in_flight: Requests that are being answered.
    """

    def __init__(self, running: Running) -> None:
        """Count from zero."""
        self.registry = CollectorRegistry()
        self.in_flight = Gauge(
            "trueline_requests_in_flight", "Requests that are being answered.", registry=self.registry
        )
        self._appended = Counter("trueline_events_appended", "Events of live logs stored.", registry=self.registry)
        self._duplicates = Counter(
            "trueline_events_duplicates", "Events sent again that were stored already.", registry=self.registry
        )
        self._requests = Counter(
            "trueline_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "trueline_request_seconds",
            "From a request's first byte to the last of its answer.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.registry.register(_Standing(running))
        ProcessCollector(registry=self.registry)

    def answered(self, request: RequestRecord, *, seconds: float) -> None:
        """Count a request that is over."""
        status = str(request.status) if request.status else NO_STATUS
        self._requests.labels(request.method, request.route, status).inc()
        self._seconds.labels(request.method, request.route).observe(seconds)

    def appended_events(self, count: int, *, duplicates: int) -> None:
        """Count a batch of events, some of which were there already."""
        self._appended.inc(count - duplicates)
        self._duplicates.inc(duplicates)

    def text(self) -> bytes:
        """All of them, as they are now."""
        return generate_latest(self.registry)


def metrics_of(request: Request) -> Metrics:
    """The metrics of the application that answers."""
    metrics: Metrics = request.app.state.metrics
    return metrics


MetricsDep = Annotated[Metrics, Depends(metrics_of)]


class _Standing(Collector):
    """What is looked up when it is asked for."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Look it up."""
        with self._running.database.reading() as session:
            standing = standing_of(session)
        assessments = GaugeMetricFamily("trueline_assessments", "Assessments by status.", labels=["status"])
        for status, count in standing.assessments.items():
            assessments.add_metric([status.value], count)
        yield assessments
        for name, says, count in (
            ("trueline_batches_waiting", "Pieces of work that wait to be written.", self._running.writer.waiting),
            ("trueline_streams_open", "Streams of server-sent events.", self._running.live.streams.taken),
            ("trueline_deliveries_pending", "Notices that hooks are still to be told.", standing.deliveries),
            ("trueline_cases_open", "Cases of live logs that are not closed.", standing.open_cases),
        ):
            yield GaugeMetricFamily(name, says, value=count)
