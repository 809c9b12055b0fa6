"""Bringing read models in step with restored stores."""

from collections.abc import Sequence
from pathlib import Path

from cchc.reconcile import reconcile_all
from services.chassis.database import open_database
from services.chassis.projection import Delivery, View
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import a_projector, some_rows
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import Tallies

MOST_BATCHES = 50


class Busy(Tallies):
    """Its log grows by a message whenever some were read."""

    def __init__(self, log: InMemoryLog, sender: Sender) -> None:
        super().__init__()
        self.log, self.sender, self.batches = log, sender, 0

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        self.batches += 1
        assert self.batches < MOST_BATCHES, "it follows a log that never ends"
        super().apply(view, batch)
        self.log.write(*some_rows(self.sender, 1))


def test_reconciling_ends_though_somebody_goes_on_writing(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'read.db'}")
    log, sender = InMemoryLog(), Sender()
    rows = some_rows(sender, 100)
    log.write(*rows)
    busy = Busy(log, sender)
    assert reconcile_all([a_projector(engine, InMemoryBroker(log), busy)], said=print) == []
    with engine.connect() as connection:
        (read,) = connection.exec_driver_sql("SELECT sum(messages) FROM tallies_v1_b1_sums").one()
    assert read >= len(rows)
    engine.dispose()
