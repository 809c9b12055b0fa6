"""The projector's life: owning, failing, retrying, upgrading, rebuilding while it works, and saying how it stands."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.chassis.clock import monotonic
from services.chassis.database import open_database
from services.chassis.domain import NotFound, RetryLater, StateConflict, Unavailable
from services.chassis.leases import Leases
from services.chassis.metrics import Metrics
from services.chassis.projection import Delivery, View
from services.chassis.projector import (
    Bounds,
    Limits,
    Projector,
    RebuildRunning,
    active_view,
    drop_build,
    list_builds,
    read_statuses,
)
from services.chassis.projector import projector as projector_module
from services.chassis.projector.metering import ProjectorMetrics
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import HASTE, a_projector, drain, plain, some_rows, tables_of
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import EVENTS, Tallies
from tests.support.fixed_clock import FixedClock


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/read.db")
    yield engine
    engine.dispose()


@pytest.fixture
def log() -> InMemoryLog:
    return InMemoryLog()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition that a thread brings about."""
    deadline, pause = monotonic() + seconds, threading.Event()
    while not condition():
        assert monotonic() < deadline, "it never came to be"
        pause.wait(0.01)


class Running:
    """A projector in a thread of its own."""

    def __init__(self, projector: Projector) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=projector.run, args=(self.stop,))

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_about: object) -> None:
        self.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


class Moody(Tallies):
    """Fails with what it is told to, until it is told otherwise."""

    mood: Exception | None = None

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        if self.mood is not None:
            raise self.mood
        super().apply(view, batch)


class Watched(Tallies):
    """Notes how its commits wait for the disk (2 is FULL, 1 does not flush)."""

    def __init__(self) -> None:
        super().__init__()
        self.flushing: list[tuple[bool, int]] = []

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        level = view.connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        self.flushing.append((view.live, int(level)))
        super().apply(view, batch)


def test_what_can_be_made_again_does_not_wait_for_the_disk_and_the_live_build_does(
    engine: Engine, log: InMemoryLog
) -> None:
    rows = some_rows(Sender(), 100)
    log.write(*rows[:50])
    watched = Watched()
    projector = a_projector(engine, InMemoryBroker(log), watched)
    drain(projector)
    projector.rebuild()
    log.write(*rows[50:])
    drain(projector)
    assert set(watched.flushing) == {(True, 2), (False, 1)}
    assert watched.flushing[-1] == (True, 2)
    assert tables_of(engine, watched) == plain(rows)


def told(engine: Engine) -> tuple[str, bool, str | None]:
    """What the read database tells other processes about the only projection: written just after the projector knows it."""
    with engine.connect() as connection:
        (status,) = read_statuses(connection, FixedClock().now())
    return status.state, status.ready, status.error


def test_another_failure_stops_the_projection_and_a_rebuild_revives_it(engine: Engine, log: InMemoryLog) -> None:
    rows = some_rows(Sender(), 100)
    log.write(*rows[:50])
    moody = Moody()
    projector = a_projector(engine, InMemoryBroker(log), moody)
    drain(projector)
    moody.mood = ZeroDivisionError("a mistake of the handler")
    log.write(*rows[50:])
    with Running(projector):
        until(lambda: projector.status().state == "failed")
        status = projector.status()
        assert (status.ready, status.error) == (False, "ZeroDivisionError: a mistake of the handler")
        until(lambda: told(engine) == ("failed", False, status.error))
        moody.mood = None
        projector.rebuild()
        until(lambda: tables_of(engine, moody) == plain(rows))
        assert projector.status().ready


def test_a_handler_that_wants_it_later_gets_the_same_batch_again(engine: Engine, log: InMemoryLog) -> None:
    rows = some_rows(Sender(), 30)
    moody = Moody()
    moody.mood = RetryLater("the questionnaire is not here yet")
    log.write(*rows)
    projector = a_projector(engine, InMemoryBroker(log), moody)
    with Running(projector):
        until(lambda: projector.status().state == "retrying")
        assert projector.status().ready
        moody.mood = None
        until(lambda: tables_of(engine, moody) == plain(rows))


def test_a_log_that_is_away_is_waited_for(engine: Engine, log: InMemoryLog) -> None:
    rows = some_rows(Sender(), 30)
    projection = Tallies()
    projector = a_projector(engine, InMemoryBroker(log), projection)
    log.write(*rows[:10])
    drain(projector)
    log.away = True
    with Running(projector):
        until(lambda: projector.status().state == "retrying")
        log.write(*rows[10:])
        log.away = False
        until(lambda: tables_of(engine, projection) == plain(rows))


def test_while_one_process_owns_a_projection_another_waits(engine: Engine, log: InMemoryLog) -> None:
    rows = some_rows(Sender(), 10)
    log.write(*rows)
    projection = Tallies()
    owner = a_projector(engine, InMemoryBroker(log), projection)
    other = Projector(engine, InMemoryBroker(log), projection, Leases(engine, owner="another"), limits=HASTE)
    drain(owner)
    assert other.run_once() == 0
    assert (other.status().state, other.status().ready) == ("waiting", True)
    owner.close()
    with engine.connect() as connection:
        (told,) = read_statuses(connection, FixedClock().now())
    assert told.state == "running"
    other.run_once()
    assert other.status().state == "running"
    other.close()


class Rests(threading.Event):
    """What stops a projector at its second rest. Nobody ever waits; something is done instead."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile = meanwhile
        self.seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Let something happen."""
        self.seconds.append(timeout)
        if len(self.seconds) == 2:
            self.set()
        self._meanwhile()
        return self.is_set()


def test_after_a_batch_that_was_not_full_it_rests_and_takes_what_came_meanwhile_together(
    engine: Engine, log: InMemoryLog
) -> None:
    rows, limits = some_rows(Sender(), 30), Limits(batch=10, poll_seconds=0, rest_seconds=7.0)
    log.write(*rows[:25])
    projector = Projector(engine, InMemoryBroker(log), Tallies(), Leases(engine, owner="tests"), limits=limits)
    read: list[int] = []

    def meanwhile() -> None:
        read.append(projector.read)
        log.write(*rows[25:])

    rests = Rests(meanwhile)
    projector.run(rests)
    assert rests.seconds == [7.0, 7.0]
    assert read == [25, 30]


def test_a_gap_turns_readiness_red_after_its_bound(engine: Engine, log: InMemoryLog) -> None:
    clock = FixedClock()
    sender = Sender()
    rows = [sender.row(EVENTS, "k", {"amount": 1}) for _ in range(3)]
    log.write(rows[0], rows[2])
    projector = Projector(
        engine, InMemoryBroker(log), Tallies(), Leases(engine, owner="tests"), clock=clock, limits=HASTE
    )
    drain(projector)
    projector.run_once()
    assert projector.status().ready
    clock.move(31)
    projector.run_once()
    assert (projector.status().ready, projector.status().gap_seconds) == (False, 31)
    log.write(rows[1], rows[2])
    drain(projector)
    assert (projector.status().ready, projector.status().gap_seconds) == (True, 0)
    projector.close()


def test_a_new_version_is_built_aside_and_then_switched_to(engine: Engine, log: InMemoryLog) -> None:
    rows = some_rows(Sender(), 120)
    log.write(*rows)
    first, second = Tallies(version=1), Tallies(version=2)
    old = a_projector(engine, InMemoryBroker(log), first)
    drain(old)
    with engine.connect() as connection, pytest.raises(Unavailable):
        active_view(connection, second)
    old.close()
    new = a_projector(engine, InMemoryBroker(log), second)
    new.run_once()
    drain(new)
    assert tables_of(engine, second) == plain(rows)
    assert tables_of(engine, first) == plain(rows)
    with engine.connect() as connection:
        builds = [(build.version, build.build, build.live) for build in list_builds(connection)]
    assert builds == [(1, 1, False), (2, 2, True)]
    new.close()


def test_an_old_build_is_dropped_by_command_and_the_live_one_is_not(engine: Engine, log: InMemoryLog) -> None:
    log.write(*some_rows(Sender(), 20))
    projection = Tallies()
    projector = a_projector(engine, InMemoryBroker(log), projection)
    drain(projector)
    projector.rebuild()
    projector.close()
    with engine.begin() as connection:
        with pytest.raises(StateConflict):
            drop_build(connection, "tallies", 2)
        drop_build(connection, "tallies", 1)
    with engine.begin() as connection, pytest.raises(NotFound):
        drop_build(connection, "tallies", 1)
    with engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name LIKE 'tallies%'").scalars().all()
    assert sorted(names) == ["tallies_v1_b2_entries", "tallies_v1_b2_states", "tallies_v1_b2_sums"]


def test_an_interrupted_rebuild_is_taken_up_where_it_was(engine: Engine, log: InMemoryLog) -> None:
    rows = some_rows(Sender(), 400)
    log.write(*rows)
    projection, stop, read = Tallies(), threading.Event(), list[int]()
    projector = a_projector(engine, InMemoryBroker(log), projection, limits=Limits(batch=50, rebuild_batch=50))
    drain(projector)
    slow = Interrupting(stop, after=3)
    assert a_rebuild(engine, log, slow, projector).rebuild(stop=stop) is None
    assert projector.rebuild(lambda done, _total: read.append(done)) == 2
    assert read[0] == 150
    assert tables_of(engine, projection) == plain(rows)


class Interrupting(Tallies):
    """Sets an event after some batches."""

    def __init__(self, stop: threading.Event, *, after: int) -> None:
        super().__init__()
        self.stop, self.left = stop, after

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        super().apply(view, batch)
        self.left -= 1
        if not self.left:
            self.stop.set()


def a_rebuild(engine: Engine, log: InMemoryLog, projection: Tallies, beside: Projector) -> Projector:
    """Make a second projector in the same process, which uses the leases of the first."""
    leases = beside._setup.leases
    return Projector(engine, InMemoryBroker(log), projection, leases, limits=Limits(batch=50, rebuild_batch=50))


def test_two_rebuilds_at_once_are_refused(engine: Engine, log: InMemoryLog) -> None:
    log.write(*some_rows(Sender(), 50))
    projector = a_projector(engine, InMemoryBroker(log), Tallies())
    drain(projector)
    refused: list[RebuildRunning] = []

    def again(_done: int, _total: int) -> None:
        if not refused:
            with pytest.raises(RebuildRunning) as caught:
                projector.rebuild()
            refused.append(caught.value)

    projector.rebuild(again)
    assert refused
    projector.close()


def test_lag_beyond_its_bound_is_not_ready(engine: Engine, log: InMemoryLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "_LOOKING_SPARED", 0)
    clock, rows = FixedClock(), some_rows(Sender(), 200)
    log.write(*rows[:10])
    limits = Limits(batch=10, poll_seconds=0, tails_seconds=0, bounds=Bounds(lag_seconds=60))
    leases = Leases(engine, owner="tests")
    projector = Projector(engine, InMemoryBroker(log), Tallies(), leases, clock=clock, limits=limits)
    drain(projector)
    assert (projector.status().lag_messages, projector.status().ready) == (0, True)
    clock.move(61)
    log.write(*rows[10:])
    projector.run_once()
    status = projector.status()
    assert (status.lag_messages, status.lag_seconds, status.ready) == (180, 61, False)
    drain(projector)
    assert projector.status().ready
    projector.close()


def test_the_metrics_tell_how_a_projection_stands(engine: Engine, log: InMemoryLog) -> None:
    sender = Sender()
    rows = [sender.row(EVENTS, "k", {"amount": 1}) for _ in range(4)]
    log.write(*rows[:2], rows[3])
    projector, metrics = a_projector(engine, InMemoryBroker(log), Tallies()), Metrics()
    drain(projector)
    projector.run_once()
    filling = ProjectorMetrics(metrics, [projector])
    filling.fill()
    filling.fill()
    text = metrics.exposition().decode()
    assert 'cchc_projection_messages_applied_total{projection="tallies"} 3.0' in text
    assert 'cchc_projection_gaps{projection="tallies"} 1.0' in text
    projector.close()
