"""How often something changed behind a page whose figures another service keeps: a count, and the newest time."""

from collections.abc import Sequence

from sqlalchemy import MetaData

from services.chassis.projection import Delivery, TableName, View
from services.gateway.reporting.freshness import define_freshness, note_heard


class PageChanges:
    """Counts the public messages that may change what a page shows."""

    version = 1

    def __init__(self, name: str, topics: tuple[str, ...]) -> None:
        """Listen to `topics`."""
        self.name = name
        self.topics = topics

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the one row."""
        define_freshness(metadata, name)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Count a batch."""
        note_heard(view, batch)


TASK_CHANGES = PageChanges("task_changes", ("tasks.task.events.v1", "tasks.report.events.v1"))
TARGET_CHANGES = PageChanges(
    "target_changes",
    ("indicators.figure.events.v1", "indicators.measurement.events.v1", "indicators.register.events.v1"),
)
"""The instances: builds are cached by them."""
