"""The projectors' part of `/metrics`, filled in when somebody asks."""

from collections import Counter
from collections.abc import Sequence

from services.chassis.metering import fill_leases
from services.chassis.metrics import DEAD_LETTERS, PROJECTION_APPLIED, PROJECTION_GAPS, PROJECTION_LAG, Metrics
from services.chassis.projector.projector import Projector


class ProjectorMetrics:
    """Fills the metrics of some projectors."""

    def __init__(self, metrics: Metrics, projectors: Sequence[Projector]) -> None:
        """Take the registry to fill and the projectors to ask."""
        self._metrics, self._projectors = metrics, tuple(projectors)
        self._counted: Counter[str] = Counter()

    def fill(self) -> None:
        """Set each projection's metrics to how it stands now."""
        for projector in self._projectors:
            status, name, read = projector.status(), projector.name, projector.read
            self._metrics.gauge(PROJECTION_LAG, name).set(status.lag_seconds or 0.0)
            self._metrics.gauge(PROJECTION_GAPS, name).set(status.gaps)
            self._metrics.gauge(DEAD_LETTERS, name).set(status.parked)
            self._metrics.counter(PROJECTION_APPLIED, name).inc(read - self._counted[name])
            self._counted[name] = read
            fill_leases(self._metrics, projector.leases)
