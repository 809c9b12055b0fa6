"""Every metric of the product, each with its meaning and unit, and the registry that one app or worker fills."""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric as it is declared. `unit` is `seconds`, `bytes`, `ratio`, or what is counted."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()


HTTP_REQUESTS = Metric(
    name="cchc_http_requests",
    kind="counter",
    unit="requests",
    meaning="Requests answered, by route and status.",
    labels=("route", "status"),
)
HTTP_SECONDS = Metric(
    name="cchc_http_request_seconds",
    kind="histogram",
    unit="seconds",
    meaning="Time from the first byte read to the answer made, by route.",
    labels=("route",),
)
APPENDED_FACTS = Metric(
    name="cchc_store_facts_appended",
    kind="counter",
    unit="facts",
    meaning="Facts recorded through group commit, by store.",
    labels=("store",),
)
APPEND_SECONDS = Metric(
    name="cchc_store_commit_seconds",
    kind="histogram",
    unit="seconds",
    meaning="Time of one group commit, by store.",
    labels=("store",),
)
APPEND_QUEUE = Metric(
    name="cchc_store_queue",
    kind="gauge",
    unit="commands",
    meaning="Commands that wait for the next group commit, by store.",
    labels=("store",),
)
RELAY_LAG = Metric(
    name="cchc_relay_lag",
    kind="gauge",
    unit="messages",
    meaning="Messages in the outbox that the event log has not acknowledged, by store; 0 where another relay leads.",
    labels=("store",),
)
PROJECTION_LAG = Metric(
    name="cchc_projection_lag_seconds",
    kind="gauge",
    unit="seconds",
    meaning="Age of the oldest message not applied, by projection.",
    labels=("projection",),
)
PROJECTION_APPLIED = Metric(
    name="cchc_projection_messages_applied",
    kind="counter",
    unit="messages",
    meaning="Messages applied, by projection.",
    labels=("projection",),
)
PROJECTION_GAPS = Metric(
    name="cchc_projection_gaps",
    kind="gauge",
    unit="lanes",
    meaning="Lanes held because a number is missing, by projection.",
    labels=("projection",),
)
DEAD_LETTERS = Metric(
    name="cchc_dead_letters",
    kind="gauge",
    unit="messages",
    meaning="Messages parked because they break their contract, by projection.",
    labels=("projection",),
)
UNKNOWN_DEVICES = Metric(
    name="cchc_unknown_device_requests",
    kind="counter",
    unit="requests",
    meaning="Requests refused because the tablet that they name is not paired, as after the restore of an older backup.",
)
LEASE_EPOCH = Metric(
    name="cchc_lease_epoch",
    kind="gauge",
    unit="epoch",
    meaning="Epoch under which this process owns a lease; 0 when it does not.",
    labels=("lease",),
)

METRICS = (
    HTTP_REQUESTS,
    HTTP_SECONDS,
    APPENDED_FACTS,
    APPEND_SECONDS,
    APPEND_QUEUE,
    RELAY_LAG,
    PROJECTION_LAG,
    PROJECTION_APPLIED,
    PROJECTION_GAPS,
    DEAD_LETTERS,
    UNKNOWN_DEVICES,
    LEASE_EPOCH,
)
"""All of them; `docs/metrics.md` is made from this list."""


class Metrics:
    """The metrics of one app or worker, in a registry of its own so that two in one process do not clash."""

    def __init__(self, metrics: tuple[Metric, ...] = METRICS) -> None:
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in metrics:
            self._declare(metric)

    def counter(self, metric: Metric, *labels: str) -> Counter:
        """Give a counter for some label values; keep it where counting is frequent."""
        return self._counters[metric.name].labels(*labels) if labels else self._counters[metric.name]

    def gauge(self, metric: Metric, *labels: str) -> Gauge:
        """Give a gauge for some label values."""
        return self._gauges[metric.name].labels(*labels) if labels else self._gauges[metric.name]

    def histogram(self, metric: Metric, *labels: str) -> Histogram:
        """Give a histogram for some label values."""
        return self._histograms[metric.name].labels(*labels) if labels else self._histograms[metric.name]

    def exposition(self) -> bytes:
        """Write all of them in the text format that Prometheus reads."""
        return generate_latest(self.registry)

    def _declare(self, metric: Metric) -> None:
        name, labels, meaning = metric.name, metric.labels, f"{metric.meaning} Unit: {metric.unit}."
        if metric.kind == "counter":
            self._counters[name] = Counter(name, meaning, labels, registry=self.registry)
        elif metric.kind == "gauge":
            self._gauges[name] = Gauge(name, meaning, labels, registry=self.registry)
        else:
            self._histograms[name] = Histogram(name, meaning, labels, registry=self.registry, buckets=_SECONDS)
