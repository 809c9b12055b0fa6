"""The event store's part of `/metrics`: what a group commit measures of itself."""

from collections.abc import Callable, Sequence

from services.chassis.domain import Refusal
from services.chassis.event_store.port import AppendRequest, Outcome, Verdict
from services.chassis.metrics import APPEND_QUEUE, APPEND_SECONDS, APPENDED_FACTS, Metrics


class StoreMetrics:
    """Fills the metrics of one store."""

    def __init__(self, metrics: Metrics, store: str) -> None:
        """Take the registry to fill, and what the store is called in it."""
        self._facts = metrics.counter(APPENDED_FACTS, store)
        self._seconds = metrics.histogram(APPEND_SECONDS, store)
        self._queue = metrics.gauge(APPEND_QUEUE, store)

    def watch(self, waiting: Callable[[], int]) -> None:
        """Ask `waiting` how many commands wait whenever somebody asks for the metrics."""
        self._queue.set_function(waiting)

    def note_commit(
        self, requests: Sequence[AppendRequest], answers: Sequence[Verdict | Refusal], seconds: float
    ) -> None:
        """Count a commit: how long it took, and the facts of the commands that it created."""
        self._seconds.observe(seconds)
        self._facts.inc(
            sum(
                len(request.facts)
                for request, answer in zip(requests, answers, strict=True)
                if isinstance(answer, Verdict) and answer.outcome is Outcome.CREATED
            )
        )
