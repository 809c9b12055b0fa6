"""What the projector promises when a store is restored from an older backup. A subclass gives `engine`."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from services.chassis.event_store.port import OutboxRow
from services.chassis.projector import Diverged
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import HASTE, a_projector, drain, plain, tables_of
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import EVENTS, STATES, Tallies


def rows_of(sender: Sender, count: int, amount: int) -> list[OutboxRow]:
    """Make rows of one lane."""
    return [sender.row(EVENTS, "k", {"amount": amount}) for _ in range(count)]


class RestoreSuite:
    """The contract of the projector about incarnations, on one kind of database."""

    @pytest.fixture
    def log(self) -> InMemoryLog:
        return InMemoryLog()

    @pytest.fixture
    def projection(self) -> Tallies:
        return Tallies()

    def test_a_reader_that_is_not_past_the_backup_goes_on_with_the_new_life(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        old = Sender()
        kept = rows_of(old, 5, 1)
        log.write(*kept)
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        new, markers = old.restored(Counter(old.heads))
        fresh = rows_of(new, 5, 10)
        log.write(*markers, *fresh)
        drain(projector)
        projector.close()
        assert tables_of(engine, projection) == plain([*kept, *fresh])

    def test_a_reader_that_lags_never_applies_what_was_taken_back(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        old = Sender()
        kept = rows_of(old, 5, 1)
        backup = Counter(old.heads)
        lost = rows_of(old, 120, 1000)
        new, markers = old.restored(backup)
        fresh = rows_of(new, 5, 10)
        log.write(*kept, *lost, *markers, *fresh)
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        assert tables_of(engine, projection) == plain([*kept, *fresh])
        log.write(*lost)
        drain(projector)
        assert projector.rebuild() == 2
        projector.close()
        assert tables_of(engine, projection) == plain([*kept, *fresh])

    def test_a_reader_past_the_backup_stops_and_a_rebuild_mends_it(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        old = Sender()
        kept = rows_of(old, 5, 1)
        backup = Counter(old.heads)
        log.write(*kept, *rows_of(old, 2, 1000))
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        new, markers = old.restored(backup)
        fresh = rows_of(new, 9, 10)
        log.write(*markers, *fresh)
        with pytest.raises(Diverged, match="cchc reconcile"):
            drain(projector)
        projector.close()
        successor = a_projector(engine, InMemoryBroker(log), projection)
        with pytest.raises(Diverged):
            drain(successor)
        successor.rebuild()
        drain(successor)
        successor.close()
        assert tables_of(engine, projection) == plain([*kept, *fresh])

    def test_a_log_that_was_restored_itself_is_noticed_whatever_numbers_come(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        old = Sender()
        log.write(*rows_of(old, 5, 1))
        backup = Counter(old.heads)
        log.write(*rows_of(old, 20, 1000))
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        projector.close()
        log.cut(log.lanes[0], 5)
        new, markers = old.restored(backup)
        log.write(*markers, *rows_of(new, 40, 10))
        successor = a_projector(engine, InMemoryBroker(log), projection)
        with pytest.raises(Diverged):
            drain(successor)
        successor.close()

    def test_a_lane_that_the_backup_did_not_have_begins_anew(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        old = Sender()
        log.write(*rows_of(old, 3, 1000))
        new, markers = old.restored(Counter())
        fresh = rows_of(new, 5, 10)
        log.write(*markers, *fresh)
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        projector.close()
        assert tables_of(engine, projection) == plain(fresh)

    def test_a_restore_after_a_restore_keeps_what_both_kept(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        first = Sender()
        kept = rows_of(first, 6, 1)
        backup = Counter(first.heads)
        log.write(*kept, *rows_of(first, 3, 1000))
        second, markers = first.restored(backup)
        between = rows_of(second, 2, 10)
        later_backup = Counter(second.heads)
        log.write(*markers, *between, *rows_of(second, 4, 1000))
        third, more_markers = second.restored(later_backup)
        fresh = rows_of(third, 3, 100)
        log.write(*more_markers, *fresh)
        projector = a_projector(engine, InMemoryBroker(log), projection, limits=replace(HASTE, batch=4))
        drain(projector)
        projector.close()
        assert tables_of(engine, projection) == plain([*kept, *between, *fresh])

    def test_an_older_backup_leaves_a_life_between_aside(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        first = Sender()
        kept = rows_of(first, 4, 1)
        backup = Counter(first.heads)
        log.write(*kept)
        second, markers = first.restored(backup)
        log.write(*markers, *rows_of(second, 3, 1000))
        third, more_markers = first.restored(backup)
        fresh = rows_of(third, 6, 100)
        log.write(*more_markers, *fresh, *rows_of(second, 5, 1000))
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        projector.close()
        assert tables_of(engine, projection) == plain([*kept, *fresh])

    def test_a_rebuild_is_not_misled_by_a_late_relay_of_the_old_life(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        old = Sender()
        kept = rows_of(old, 5, 1)
        backup = Counter(old.heads)
        lost = rows_of(old, 9, 1000)
        new, markers = old.restored(backup)
        fresh = rows_of(new, 5, 10)
        projector = a_projector(engine, InMemoryBroker(log), projection)
        projector.run_once()
        log.write(*kept, *lost, *markers, *fresh, *lost)
        drain(projector)
        assert tables_of(engine, projection) == plain([*kept, *fresh])
        assert projector.rebuild() == 2
        drain(projector)
        projector.close()
        assert tables_of(engine, projection) == plain([*kept, *fresh])

    def test_a_state_that_was_taken_back_gives_way_to_the_kept_one(
        self, engine: Engine, log: InMemoryLog, projection: Tallies
    ) -> None:
        old = Sender()
        kept = old.row(STATES, "a", {"amount": 1})
        backup = Counter(old.heads)
        lost = old.row(STATES, "a", {"amount": 1000})
        _, markers = old.restored(backup)
        log.write(kept, lost, kept, *markers)
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        projector.close()
        assert tables_of(engine, projection)["states"] == [("a", 1, 1)]
