"""Whatever a log does to its messages, the read model comes out as if each had been applied once, in plain order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.event_store.port import OutboxRow
from services.chassis.projector import Limits
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import a_projector, drain, plain, tables_of
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import EVENTS, Tallies


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to a log: how many messages each lane gets, and what its relay does wrong meanwhile."""

    lanes: tuple[int, ...]
    faults: tuple[tuple[int, int, int], ...]
    """(lane, where the relay was, how far back it starts again)."""
    lost: tuple[tuple[int, int], ...]
    """(lane, how many messages at its beginning come only when the lane is sent again)."""
    restarts: tuple[int, ...]
    """After how many reads the projector is started anew."""
    batch: int
    seed: int


stories = st.builds(
    Story,
    lanes=st.lists(st.integers(0, 12), min_size=1, max_size=12).map(tuple),
    faults=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 12), st.integers(1, 12)), max_size=6).map(tuple),
    lost=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 6)), max_size=3).map(tuple),
    restarts=st.lists(st.integers(1, 6), max_size=3).map(tuple),
    batch=st.integers(1, 20),
    seed=st.integers(0, 2**16),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories)
def test_twins_prefixes_sent_again_and_restarts_change_nothing(tmp_path: Path, story: Story) -> None:
    rows = [row for lane, count in enumerate(story.lanes) for row in _lane_rows(lane, count)]
    log = InMemoryLog()
    log.write(*_as_logged(rows, story))
    engine = open_database(f"sqlite:///{tmp_path}/{story.seed}-{len(list(tmp_path.iterdir()))}.db")
    try:
        assert _projected(engine, log, story) == plain(rows)
    finally:
        engine.dispose()


_sender = Sender()


def _lane_rows(lane: int, count: int) -> list[OutboxRow]:
    sender = Sender(incarnation=_sender.incarnation)
    return [sender.row(EVENTS, f"key-{lane}", {"amount": 2**nth}, partition=lane) for nth in range(count)]


def _as_logged(rows: Sequence[OutboxRow], story: Story) -> list[OutboxRow]:
    """Write each lane as a faulty relay does: with beginnings lost and sent again, and stretches twice."""
    logged: list[OutboxRow] = []
    for lane, group in groupby(rows, key=lambda row: row.partition):
        mine = list(group)
        sent = list(mine)
        for at, back in ((at, back) for of, at, back in story.faults if of == lane):
            sent = [*sent[:at], *mine[max(0, at - back) : at], *sent[at:]] if at <= len(mine) else sent
        for count in (count for of, count in story.lost if of == lane):
            sent = [*mine[count:], *sent]
        logged += sent
    return logged


def _projected(engine: Engine, log: InMemoryLog, story: Story) -> object:
    projection, limits = Tallies(), Limits(batch=story.batch, poll_seconds=0.0)
    for nth, reads in enumerate(story.restarts):
        projector = a_projector(engine, InMemoryBroker(log, seed=story.seed + nth), projection, limits=limits)
        for _ in range(reads):
            projector.run_once()
        projector.close()
    projector = a_projector(engine, InMemoryBroker(log, seed=story.seed), projection, limits=limits)
    drain(projector, calls=5000)
    projector.close()
    return tables_of(engine, projection)
